"""The wasm as Python sees it: typed calls of its flat exports (docs/abi.md), values in and out of its memory.

Laws
  - What a pointer points to is copied out before the next call.
  - A call out of an import is one inside another. It has the guard of that, not one of its own, and a trap in it is the import's.
"""
import math
import struct
import time

import wasmtime

from .errors import EHOST, EMISUSE, MisuseError

NOTHING, BYTES, TEXT, NUMBER = range(4)
INFO = struct.Struct('<IiIiIIIIIIddII')
UNSEEN = 2  # of an info record's flags: an error that nobody in C has looked at, or can
STATE = struct.Struct('<dIIIi')
OPERATION = struct.Struct('<IIIIdI')
REPORT = struct.Struct('<IiIIdII')
TICK = 0.05  # seconds between two epochs
_LONGEST = 1e9  # seconds, which are 31 years
COUNTS = ('tasks', 'futures', 'timers', 'operations', 'handles', 'stacks', 'bytes')


def rethrow(traps):
    """Who has caught one all the same can't go on: C's stack is not what it was."""
    if traps:
        raise traps[0]


class Guest:
    def __init__(self, store, exports, names, traps):
        self.store = store
        self.memory = exports['memory']
        self._functions = {name: exports[name] for name in names}
        self._entries = {}
        self.guard = math.inf  # seconds, of each call
        self._end = None       # of the guard, while C runs
        self._traps = traps    # in calls out of the import that C is in
        self.broken = None     # ends the runtime: a call trapped in which no task ran

    def has(self, name):
        return name in self._functions

    def call(self, name, *args):
        """i32 results are unsigned where they are pointers or handles: callers mask those."""
        try:
            return self.enter(name, *args)
        except (wasmtime.Trap, wasmtime.WasmtimeError) as trap:
            if not self.broken or self.is_inside():
                raise
            raise self.broken(trap) from trap

    def enter(self, name, *args):
        """A call that may run tasks: a trap is the caller's."""
        outer = self._end
        try:
            if outer is None:
                self._end = time.monotonic() + self.guard
                self._allow(self.guard)
            else:
                rethrow(self._traps)
                self._allow(math.inf)
                self._functions['wax_room'](self.store)  # C may be deep
            return self._functions[name](self.store, *args)
        except (wasmtime.Trap, wasmtime.WasmtimeError) as trap:
            self._traps.append(trap)
            raise
        finally:
            self._end = outer
            if outer is None:
                self._traps.clear()
            else:
                self._allow(outer - time.monotonic())

    def is_inside(self):
        """Whether C runs, so that this comes from an import."""
        return self._end is not None

    def _allow(self, seconds):
        self.store.set_epoch_deadline(math.ceil(min(seconds, _LONGEST) / TICK) + 1 if seconds > 0 else 0)

    def check(self, status):
        """The status, unless it says that the call was refused."""
        if status < 0:
            raise MisuseError(self.sentence())
        return status

    def pointer(self, name, *args):
        """A call that returns a pointer or a handle, which is 0 when the call was refused."""
        result = self.call(name, *args) & 0xffffffff
        if not result:
            raise MisuseError(self.sentence())
        return result

    def sentence(self):
        return self.text(self.call('wax_error'))

    # ---- out of the memory

    def bytes(self, pointer, size):
        pointer &= 0xffffffff
        return bytes(self.memory.read(self.store, pointer, pointer + size))

    def read(self, record, pointer):
        return record.unpack(self.bytes(pointer, record.size))

    def text(self, pointer):
        """The text up to its 0 byte; None for a null pointer."""
        pointer &= 0xffffffff
        return self._until_0(pointer).decode(errors='replace') if pointer else None

    def _until_0(self, pointer):
        out, size, step = bytearray(), self.memory.data_len(self.store), 64
        while pointer < size:
            part = self.memory.read(self.store, pointer, min(pointer + step, size))
            end = part.find(0)
            if end >= 0:
                return out + part[:end]
            out += part
            pointer += step
            step *= 2
        return out  # a wild write of C's: there is no 0 byte any more

    def value(self, type, data, size, number):
        """A value of the runtime's as Python's own: None, bytes, str or float."""
        if type == NUMBER:
            return number
        if type == NOTHING:
            return None
        data = self.bytes(data, size)
        return data if type == BYTES else data.decode(errors='replace')

    def errors(self, pointer, count):
        """A group's: the status of each, and what was said of it or None."""
        pointer &= 0xffffffff
        statuses = memoryview(self.bytes(pointer, 4 * count)).cast('i').tolist() if count else []
        at, out = pointer + 4 * count, []
        for status in statuses:
            words = self._until_0(at) if status in (EHOST, EMISUSE) else None
            out.append((status, words and words.decode(errors='replace')))
            at += 0 if words is None else len(words) + 1
        return out

    # ---- into the memory

    def own(self, data):
        """Memory of the guest's with the data in it, for a call that takes it over."""
        if len(data) >= 1 << 32:
            raise MisuseError(f'no memory for {len(data)} bytes')
        pointer = self.pointer('wax_alloc', len(data))
        self.memory.write(self.store, data, pointer)
        return pointer

    def operands(self, value, what):
        """A value as the four arguments type, data, size, number; the call owns the data."""
        if value is None:
            return NOTHING, 0, 0, 0.0
        try:
            if isinstance(value, (int, float)):
                double = float(value)
                if isinstance(value, int) and double != value:
                    raise MisuseError(f'{what} cannot cross: a double does not hold {value}')
                return NUMBER, 0, 0, double
            if isinstance(value, str):
                data = value.encode()
                return TEXT, self.own(data), len(data), 0.0
        except (OverflowError, UnicodeEncodeError) as error:
            raise MisuseError(f'{what} cannot cross: {error}') from error
        if isinstance(value, (bytes, bytearray, memoryview)):
            data = bytes(value)
            return BYTES, self.own(data), len(data), 0.0
        raise MisuseError(f'{what} must be None, a number, a str or bytes, not {type(value).__name__}')

    def lend(self, name, *args, text):
        """A call whose last argument is a text that the call copies; None: a null pointer."""
        pointer = 0 if text is None else self.own(str(text).encode(errors='replace'))
        try:
            return self.call(name, *args, pointer)
        finally:
            if pointer:
                self.call('wax_free', pointer)

    def entry(self, name):
        """The WA_TASK of that name."""
        if name not in self._entries:
            entry = 0 if '\0' in name else self.lend('wax_find', text=name)
            if not entry:
                raise MisuseError(f"no task is named '{name}': the wasm has {', '.join(self.entries()) or 'none'}")
            self._entries[name] = entry
        return self._entries[name]

    def entries(self):
        names = []
        while name := self.text(self.call('wax_entry', len(names))):
            names.append(name)
        return names
