//! A wasm, compiled once: what runtimes are started from.
//!
//! The guard: an epoch ticks while the program lives; a turn that outlasts its runtime's guard is interrupted by the
//! engine, whatever it does.
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::Duration;

use wasmtime::{Config, Engine, Linker, Module, Store};
use wasmtime_wasi::p1::{self, WasiP1Ctx};
use wasmtime_wasi::WasiCtxBuilder;

use crate::error::{Error, Result};
use crate::guest::{f, i, Guest, Value, NEVER};
use crate::remote::Remote;
use crate::runtime::Runtime;

const TICK: Duration = Duration::from_millis(50);

/// What C calls by wa_await_op: an answer, or the text of C's WA_EHOST.
pub type HostFunction = Box<dyn FnMut(Value) -> std::result::Result<Value, String>>;

/// Everything default is as in C's wa_config.
pub struct Options {
    pub host: HashMap<String, HostFunction>,
    /// What a turn may take before the engine interrupts it: for loops that never check. None: no limit.
    pub guard: Option<Duration>,
    pub virtual_clock: bool,
    pub budget: Duration,
    pub stack_size: u32,
    /// Hears each report: its kind as in wa_report_kind, and its sentence. None: they go to stderr.
    pub on_report: Option<Box<dyn FnMut(u32, &str)>>,
    /// Further imports of the wasm.
    pub imports: Option<fn(&mut Linker<WasiP1Ctx>) -> wasmtime::Result<()>>,
}
impl Default for Options {
    fn default() -> Options {
        Options {
            host: HashMap::new(),
            guard: Some(Duration::from_secs(5)),
            virtual_clock: false,
            budget: Duration::ZERO,
            stack_size: 0,
            on_report: None,
            imports: None,
        }
    }
}

pub struct Program {
    engine: Engine,
    module: Module,
    alive: Arc<()>,
}

impl Program {
    pub fn from_file(path: impl AsRef<Path>) -> Result<Program> {
        let bytes = std::fs::read(path.as_ref());
        Program::new(&bytes.map_err(|error| Error::Load(format!("{}: {error}", path.as_ref().display())))?)
    }

    pub fn new(wasm: &[u8]) -> Result<Program> {
        let load = |error: wasmtime::Error| Error::Load(format!("{error:#}"));
        let mut config = Config::new();
        config.epoch_interruption(true);
        let engine = Engine::new(&config).map_err(load)?;
        let module = Module::new(&engine, wasm).map_err(load)?;
        if module.get_export("wax_turn").is_none() {
            return Err(Error::Load("the wasm does not export wax_turn: build it with wasyncio, as a reactor".into()));
        }
        if module.imports().any(|import| import.module() == "asyncify") {
            let remedy = "npx wasyncio instrument makes it so, after the link";
            return Err(Error::Load(format!("the wasm is not suspendable yet: {remedy}")));
        }
        let alive = Arc::new(());
        tick(engine.clone(), Arc::downgrade(&alive));
        Ok(Program { engine, module, alive })
    }

    /// A new instance with its runtime.
    pub fn start(&self, options: Options) -> Result<Runtime> {
        let load = |error: wasmtime::Error| Error::Load(format!("the wasm does not start: {error:#}"));
        let wasi = WasiCtxBuilder::new().inherit_stdout().inherit_stderr().build_p1();
        let mut store = Store::new(&self.engine, wasi);
        store.set_epoch_deadline(NEVER);
        let remote = Remote::default();
        let mut linker = Linker::new(&self.engine);
        p1::add_to_linker_sync(&mut linker, |wasi| wasi).map_err(load)?;
        if let Some(imports) = options.imports {
            imports(&mut linker).map_err(load)?;
        }
        linker.allow_shadowing(true);
        let bell = remote.clone();
        linker.func_wrap("wasi_snapshot_preview1", "sched_yield", move || bell.answer()).map_err(load)?;
        let instance = linker.instantiate(&mut store, &self.module).map_err(load)?;
        let mut guest = Guest::new(store, instance)?;
        // A reactor's start; or a command's, whose main is not wanted here.
        for start in ["_initialize", "__wasm_call_ctors"] {
            if guest.has(start) {
                guest.call(start, &[])?;
                break;
            }
        }
        let abi = guest.call("wax_abi", &[])?;
        if abi != 1 {
            return Err(Error::Load(format!("the wasm speaks version {abi} of the exports; expected 1")));
        }
        let init = [i(options.virtual_clock as u32), f(options.budget.as_secs_f64() * 1e3), i(options.stack_size)];
        let status = guest.call("wax_init", &init)?;
        guest.check(status)?;
        if let Some(guard) = options.guard {
            guest.ticks = guard.as_nanos().div_ceil(TICK.as_nanos()).min(NEVER.into()) as u64 + 1;
        }
        Ok(Runtime::new(guest, remote, options, self.alive.clone()))
    }
}

fn tick(engine: Engine, alive: Weak<()>) {
    std::thread::spawn(move || {
        while alive.strong_count() > 0 {
            engine.increment_epoch();
            std::thread::sleep(TICK);
        }
    });
}
