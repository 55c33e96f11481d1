"""A wasm, compiled once: what runtimes are started from.

    Program(path) -- start() --> Runtime       the guard: an epoch ticks while the program lives; a turn that outlasts
                  -- start() --> Runtime       its runtime's guard is interrupted by the engine, whatever it does
"""
import math
import os
import threading
import weakref
from collections.abc import Mapping

import wasmtime

from .checks import is_buffer, must, number, seconds, stack_size as check_stack_size
from .doorbell import Doorbell
from .errors import LoadError
from .guest import TICK, Guest, rethrow
from .runtime import Runtime


class Program:
    """Program('tasks.wasm') or Program(bytes): what `npx wasyncio build --reactor` made, for wasi."""

    def __init__(self, source):
        must(isinstance(source, (str, os.PathLike)) or is_buffer(source), 'Program: source', 'a path or bytes', source)
        config = wasmtime.Config()
        config.epoch_interruption = True
        self.engine = wasmtime.Engine(config)
        try:
            if isinstance(source, (str, os.PathLike)):
                self.module = wasmtime.Module.from_file(self.engine, os.fspath(source))
            else:
                self.module = wasmtime.Module(self.engine, bytes(source))
        except (wasmtime.WasmtimeError, OSError) as error:
            raise LoadError(f'{source if isinstance(source, (str, os.PathLike)) else "the bytes"}: {error}') from error
        self._exports = [item.name for item in self.module.exports if isinstance(item.type, wasmtime.FuncType)]
        if 'wax_turn' not in self._exports:
            raise LoadError('the wasm does not export wax_turn: build it with wasyncio, as a reactor')
        if any(item.module == 'asyncify' for item in self.module.imports):
            raise LoadError('the wasm is not suspendable yet: npx wasyncio instrument makes it so, after the link')
        self._ticking = 0  # in that process

    def start(self, host=None, *, guard=5.0, virtual_clock=False, budget=0.0, stack_size=0, debug=False,
              stall_after=0.0, grace=0.0, on_report=None, wasi=None, imports=None):
        """A new instance with its runtime.

        host         {name: function}: what C calls by wa_await_op. A function gets the input (None, float, str or
                     bytes) and returns such a value, or a concurrent.futures.Future of one; what it raises is WA_EHOST
        guard        seconds that a turn may take before the engine interrupts it: for loops that never check; None: no
                     limit
        virtual_clock, budget, stack_size, debug, stall_after, grace   as in C's wa_config, in seconds; 0: the default
        on_report    gets each Report; without it they go to logging.getLogger('wasyncio')
        wasi         a wasmtime.WasiConfig, for this start only; without it the process's stdout and stderr
        imports      {(module, name): (wasmtime.FuncType, function)}: further imports of the wasm
        """
        check_stack_size('start', stack_size)
        for name, value in (('budget', budget), ('stall_after', stall_after), ('grace', grace)):
            seconds(f'start: {name}', value)
        if guard is not None:
            must(number(guard) > 0, 'start: guard', 'seconds, above 0, or None', guard)
            self._start_ticking()
        must(isinstance(host or {}, Mapping), 'start: host', 'a dict of functions', host)
        for name, function in (host or {}).items():
            must(callable(function), f'start: host[{name!r}]', 'a function', function)
        must(isinstance(imports or {}, Mapping), 'start: imports', 'a dict of functions', imports)
        for name, value in (imports or {}).items():
            expected = "(wasmtime.FuncType, function) for ('module', 'name')"
            must(_is_import(name, value), f'start: imports[{name!r}]', expected, value)
        must(isinstance(wasi or wasmtime.WasiConfig(), wasmtime.WasiConfig), 'start: wasi', 'a wasmtime.WasiConfig or None', wasi)
        must(on_report is None or callable(on_report), 'start: on_report', 'a function or None', on_report)
        store = wasmtime.Store(self.engine)
        store.set_epoch_deadline(1 << 60)  # for a start function
        if wasi is None:
            wasi = wasmtime.WasiConfig()
            wasi.inherit_stdout()
            wasi.inherit_stderr()
        store.set_wasi(wasi)
        doorbell, traps = Doorbell(), []
        try:
            exports = self._linker(doorbell, imports or {}, traps).instantiate(store, self.module).exports(store)
            guest = Guest(store, exports, self._exports, traps)
            # A reactor's start; or a command's, whose main is not wanted here.
            start = next(filter(guest.has, ('_initialize', '__wasm_call_ctors')), None)
            if start:
                guest.call(start)
        except (wasmtime.WasmtimeError, wasmtime.Trap) as error:
            store.close()
            raise LoadError(f'the wasm does not start: {error}') from error
        version = guest.call('wax_abi')
        if version != 1:
            store.close()
            raise LoadError(f'the wasm speaks version {version} of the exports; expected 1')
        runtime = Runtime(guest, doorbell, host or {}, on_report, virtual_clock, math.inf if guard is None else guard)
        runtime._program = self  # whose ticks are the guard's
        guest.check(guest.call('wax_init', bool(virtual_clock) | bool(debug) << 1, budget * 1000.0, stack_size))
        guest.check(guest.call('wax_limits', stall_after * 1000.0, grace * 1000.0))
        return runtime

    def _linker(self, doorbell, imports, traps):
        linker = wasmtime.Linker(self.engine)
        linker.define_wasi()
        for (module, name), (type, function) in imports.items():
            linker.define_func(module, name, type, _rethrowing(function, traps))
        linker.allow_shadowing = True
        answer = wasmtime.FuncType([], [wasmtime.ValType.i32()])
        linker.define_func('wasi_snapshot_preview1', 'sched_yield', answer, doorbell.answer)
        return linker

    def _start_ticking(self):
        if self._ticking != os.getpid():  # a forked process has not got the thread
            self._ticking = os.getpid()
            threading.Thread(target=_tick, args=(weakref.ref(self),), name='wasyncio guard', daemon=True).start()


def _is_import(name, value):
    match name, value:
        case (str(), str()), (wasmtime.FuncType(), function):
            return callable(function)
    return False


def _rethrowing(function, traps):
    def called(*args):
        result = function(*args)
        rethrow(traps)
        return result
    return called


def _tick(reference):
    pause = threading.Event()
    while program := reference():
        program.engine.increment_epoch()
        del program
        pause.wait(TICK)
