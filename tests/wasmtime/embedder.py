"""An embedder of the runtime in wasmtime, written from docs/abi.md alone: what a host in any language would write.

    rt = Runtime('tasks.wasm')
    task = rt.spawn('echo', 'hello')
    rt.run_until(task)                 # the turns, with real sleeps in between
    rt.outcome(task)                   # Outcome(status=0, value='hello', reason=None, ...)
"""
import struct
import time
from dataclasses import dataclass, field

import wasmtime

EMISUSE, EPENDING, ECANCELED = -4, -14, -1
NOTHING, BYTES, TEXT, NUMBER = range(4)
SETTLED, OP_STARTED, OP_CANCELLED, REPORT = range(1, 5)
EAGER = 1
REPORTS = ['', 'swallowed', 'stalled', 'ungraceful', 'unseen', 'stack', 'trap', 'deadlock', 'shutdown']
COUNTS = ['tasks', 'futures', 'timers', 'operations', 'handles', 'stacks', 'bytes']


class Misuse(Exception):
    """A call that the runtime refused, with its sentence."""


@dataclass
class Outcome:
    state: str
    status: int
    cancelled: bool
    cancelling: int
    value: object
    reason: object
    name: str
    site: str
    cancel_age: float
    errors: list = field(default_factory=list)


class Runtime:
    def __init__(self, path, virtual=False, budget_ms=0.0, stack_size=0, called=lambda runtime: None, stdout=None):
        config = wasmtime.Config()
        config.epoch_interruption = True
        self.engine = wasmtime.Engine(config)
        self.store = wasmtime.Store(self.engine)
        self.store.set_epoch_deadline(1)
        wasi = wasmtime.WasiConfig()
        wasi.inherit_stderr()
        if stdout:
            wasi.stdout_file = stdout
        self.store.set_wasi(wasi)
        linker = wasmtime.Linker(self.engine)
        linker.define_wasi()
        linker.define_func('embedder', 'called', wasmtime.FuncType([], []), lambda: called(self))
        linker.define_func('env', 'emscripten_notify_memory_growth',
                           wasmtime.FuncType([wasmtime.ValType.i32()], []), lambda index: None)
        module = wasmtime.Module.from_file(self.engine, path)
        self.exports = linker.instantiate(self.store, module).exports(self.store)
        self.functions = {item.name: self.exports[item.name] for item in module.exports
                          if isinstance(item.type, wasmtime.FuncType)}
        self.memory = self.exports['memory']
        if '_initialize' in self.functions:
            self.call('_initialize')
        assert self.call('wax_abi') == 1
        self.check(self.call('wax_init', int(virtual), budget_ms, stack_size))
        self.virtual = virtual
        self.entries = {}
        self.events = []       # (kind, id, payload), all that came
        self.alive = 0
        self.recovered = []    # the traps

    # ---- calls and memory

    def call(self, name, *args):
        return self.functions[name](self.store, *args)

    def sentence(self):
        return self.text(self.call('wax_error'))

    def check(self, status):
        if status < 0:
            raise Misuse(self.sentence())
        return status

    def read(self, pointer, format):
        size = struct.calcsize(format)
        return struct.unpack(format, self.memory.read(self.store, pointer, pointer + size))

    def text(self, pointer):
        if not pointer:
            return None
        out = bytearray()
        while True:
            part = self.memory.read(self.store, pointer, pointer + 64)
            end = part.find(0)
            out += part if end < 0 else part[:end]
            if end >= 0:
                return out.decode()
            pointer += 64

    def give(self, data):
        """Owned memory with the data in it."""
        pointer = self.call('wax_alloc', len(data)) & 0xffffffff
        if not pointer:
            raise Misuse(self.sentence())
        self.memory.write(self.store, data, pointer)
        return pointer

    def lend(self, text):
        """A text for one call: wax_alloc puts the 0 byte behind it."""
        return self.give(text.encode()) if text is not None else 0

    def operands(self, value):
        if value is None:
            return NOTHING, 0, 0, 0.0
        if isinstance(value, (int, float)):
            return NUMBER, 0, 0, float(value)
        data = value.encode() if isinstance(value, str) else value
        return TEXT if isinstance(value, str) else BYTES, self.give(data), len(data), 0.0

    # ---- tasks

    def entry(self, name):
        if name not in self.entries:
            key = self.lend(name)
            self.entries[name] = self.call('wax_find', key)
            self.call('wax_free', key)
        if not self.entries[name]:
            raise Misuse(f'no task is named {name}')
        return self.entries[name]

    def spawn(self, name, value=None, label=None, stack_size=0, flags=0):
        title = self.lend(label)
        handle = self.call('wax_spawn', self.entry(name), *self.operands(value), title, stack_size, flags)
        if title:
            self.call('wax_free', title)
        if not handle:
            raise Misuse(self.sentence())
        return handle

    def cancel(self, handle, reason=None):
        text = self.lend(reason)
        status = self.call('wax_cancel', handle, text)
        if text:
            self.call('wax_free', text)
        return self.check(status)

    def outcome(self, handle):
        record = self.call('wax_info', handle)
        if not record:
            raise Misuse(self.sentence())
        (state, status, cancelled, cancelling, kind, data, size, reason, name, site, number, age, errors,
         count) = self.read(record, '<IiIiIIIIIIddII')
        value = None
        if kind == NUMBER:
            value = number
        elif kind:
            value = bytes(self.memory.read(self.store, data, data + size))
            value = value.decode() if kind == TEXT else value
        return Outcome(['ready', 'running', 'waiting', 'done'][state], status, bool(cancelled), cancelling, value,
                       self.text(reason), self.text(name), self.text(site), age,
                       list(self.read(errors, f'<{count}i')) if count else [])

    def release(self, handle):
        self.check(self.call('wax_release', handle))

    def settle(self, handle, status, value=None):
        self.check(self.call('wax_settle', handle, status, *self.operands(value)))

    def counts(self):
        return dict(zip(COUNTS, self.read(self.call('wax_counts'), '<7I')))

    # ---- turns

    def turn(self):
        """One turn: keeps its events, ends what trapped. Returns when the next one is due, as the state record says."""
        try:
            state = self.call('wax_turn')
        except (wasmtime.Trap, wasmtime.WasmtimeError) as trap:
            self.recover(trap)
            return 0.0
        next_ms, events, count, self.alive, status = self.read(state, '<dIIIi')
        self.check(status)
        for kind, id, a, b in struct.iter_unpack('<4I', self.memory.read(self.store, events, events + 16 * count)):
            self.events.append((kind, id, self.payload(kind, a)))
        return next_ms

    def recover(self, trap):
        self.recovered.append(trap)
        exhausted = isinstance(trap, wasmtime.Trap) and trap.trap_code == wasmtime.TrapCode.STACK_OVERFLOW
        self.store.set_epoch_deadline(1)
        assert self.call('wax_recover', 1 if exhausted else 0) == 1

    def payload(self, kind, a):
        if kind == OP_STARTED:
            name, type, data, size, number, task = self.read(a, '<IIIIdI')
            value = bytes(self.memory.read(self.store, data, data + size)).decode() if type == TEXT else number
            return {'name': self.text(name), 'value': value, 'task': task}
        if kind == OP_CANCELLED:
            return self.text(a)
        if kind == REPORT:
            kind, status, count, site, age, text, name = self.read(a, '<IiIIdII')
            return {'kind': REPORTS[kind], 'status': status, 'count': count, 'text': self.text(text),
                    'name': self.text(name)}
        return None

    def run_until(self, *handles, timeout=20.0):
        """Turns, with real sleeps in between, until these are done."""
        end = time.monotonic() + timeout
        while any(self.outcome(handle).state != 'done' for handle in handles):
            assert time.monotonic() < end, 'it took too long'
            next_ms = self.turn()
            if next_ms > 0 and not self.virtual:
                time.sleep(next_ms / 1000)
            assert next_ms >= 0 or all(self.outcome(handle).state == 'done' for handle in handles), 'nothing is set'

    def finish(self, handle):
        self.run_until(handle)
        outcome = self.outcome(handle)
        self.release(handle)
        return outcome

    def reports(self):
        return [payload for kind, _, payload in self.events if kind == REPORT]
