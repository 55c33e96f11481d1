//! The wasm as Rust sees it: calls of its flat exports (docs/abi.md), values in and out of its memory.
//!
//! Law: what a pointer points to is copied out before the next call.
use wasmtime::{Instance, Memory, Store, Val};
use wasmtime_wasi::p1::WasiP1Ctx;

use crate::error::{Error, Result};

/// What crosses between a task and its host.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Nothing,
    Bytes(Vec<u8>),
    Text(String),
    Number(f64),
}
impl From<&str> for Value {
    fn from(text: &str) -> Value { Value::Text(text.to_string()) }
}
impl From<f64> for Value {
    fn from(number: f64) -> Value { Value::Number(number) }
}
impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Value { Value::Bytes(bytes.to_vec()) }
}

/// No guard.
pub(crate) const NEVER: u64 = 1 << 60;

pub(crate) struct Guest {
    pub store: Store<WasiP1Ctx>,
    /// The guard of each call, in ticks of the engine's epoch.
    pub ticks: u64,
    instance: Instance,
    memory: Memory,
}

pub(crate) fn i(number: u32) -> Val { Val::I32(number as i32) }
pub(crate) fn f(number: f64) -> Val { Val::F64(number.to_bits()) }

impl Guest {
    pub fn new(mut store: Store<WasiP1Ctx>, instance: Instance) -> Result<Guest> {
        let memory = instance.get_memory(&mut store, "memory");
        let memory = memory.ok_or_else(|| Error::Load("the wasm exports no memory".into()))?;
        Ok(Guest { store, ticks: NEVER, instance, memory })
    }

    pub fn has(&mut self, name: &str) -> bool { self.instance.get_func(&mut self.store, name).is_some() }

    /// A call that may run C, or whose C may have overwritten what the call reads: for no longer than the guard. A trap is the
    /// engine's error.
    pub fn guarded(&mut self, name: &str, args: &[Val]) -> wasmtime::Result<Val> {
        self.store.set_epoch_deadline(self.ticks);
        let result = self.enter(name, args);
        self.store.set_epoch_deadline(NEVER);
        result
    }

    fn enter(&mut self, name: &str, args: &[Val]) -> wasmtime::Result<Val> {
        let function = self.instance.get_func(&mut self.store, name);
        let function = function.ok_or_else(|| wasmtime::format_err!("the wasm does not export {name}"))?;
        let mut results = [Val::I32(0)];
        let count = function.ty(&self.store).results().len();
        function.call(&mut self.store, args, &mut results[..count])?;
        Ok(results[0])
    }

    pub fn call(&mut self, name: &str, args: &[Val]) -> Result<i32> {
        let result = self.guarded(name, args).map_err(|error| Error::Broken(format!("{name}: {error:#}")))?;
        Ok(result.i32().unwrap_or(0))
    }

    pub fn check(&mut self, status: i32) -> Result<i32> {
        if status < 0 { Err(self.misuse()) } else { Ok(status) }
    }

    /// A call that returns a pointer or a handle, which is 0 when it was refused.
    pub fn pointer(&mut self, name: &str, args: &[Val]) -> Result<u32> {
        match self.call(name, args)? as u32 {
            0 => Err(self.misuse()),
            pointer => Ok(pointer),
        }
    }

    pub fn misuse(&mut self) -> Error {
        let sentence = self.call("wax_error", &[]).map(|pointer| self.text(pointer as u32));
        Error::Misuse(sentence.unwrap_or_default())
    }

    // ---- out of the memory: what a wild write of C's has sent beyond it is empty, or 0

    pub fn bytes(&self, pointer: u32, size: u32) -> &[u8] {
        let rest = self.memory.data(&self.store).get(pointer as usize..);
        rest.and_then(|rest| rest.get(..size as usize)).unwrap_or(&[])
    }
    pub fn u32(&self, pointer: u32) -> u32 { self.bytes(pointer, 4).try_into().map_or(0, u32::from_le_bytes) }
    pub fn f64(&self, pointer: u32) -> f64 { self.bytes(pointer, 8).try_into().map_or(0.0, f64::from_le_bytes) }

    /// The text up to its 0 byte; empty for a null pointer.
    pub fn text(&self, pointer: u32) -> String {
        if pointer == 0 {
            return String::new();
        }
        let rest = self.memory.data(&self.store).get(pointer as usize..).unwrap_or(&[]);
        let end = rest.iter().position(|byte| *byte == 0).unwrap_or(0);
        String::from_utf8_lossy(&rest[..end]).into_owned()
    }

    pub fn value(&self, kind: u32, data: u32, size: u32, number: f64) -> Value {
        match kind {
            1 => Value::Bytes(self.bytes(data, size).to_vec()),
            2 => Value::Text(String::from_utf8_lossy(self.bytes(data, size)).into_owned()),
            3 => Value::Number(number),
            _ => Value::Nothing,
        }
    }

    // ---- into the memory

    /// Memory of the guest's with the data in it, for a call that takes it over.
    pub fn own(&mut self, data: &[u8]) -> Result<u32> {
        if u32::try_from(data.len()).is_err() {
            return Err(Error::Misuse(format!("no memory for {} bytes", data.len())));
        }
        let pointer = self.pointer("wax_alloc", &[i(data.len() as u32)])?;
        self.memory.data_mut(&mut self.store)[pointer as usize..][..data.len()].copy_from_slice(data);
        Ok(pointer)
    }

    /// Type, data, size, number; the call owns the data.
    pub fn operands(&mut self, value: &Value) -> Result<[Val; 4]> {
        let (kind, data, number) = match value {
            Value::Nothing => (0, None, 0.0),
            Value::Bytes(bytes) => (1, Some(bytes.as_slice()), 0.0),
            Value::Text(text) => (2, Some(text.as_bytes()), 0.0),
            Value::Number(number) => (3, None, *number),
        };
        let pointer = data.map_or(Ok(0), |data| self.own(data))?;
        Ok([i(kind), i(pointer), i(data.map_or(0, |data| data.len() as u32)), f(number)])
    }

    /// A call whose last argument is a text that the call copies.
    pub fn lend(&mut self, name: &str, first: &[Val], text: &str) -> Result<i32> {
        let pointer = self.own(text.as_bytes())?;
        let result = self.call(name, &[first, &[i(pointer)]].concat());
        self.call("wax_free", &[i(pointer)])?;
        result
    }
}
