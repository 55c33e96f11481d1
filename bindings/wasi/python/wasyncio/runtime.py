"""One instance and its tasks: turns, events, the end.

    spawn, cancel ... -> turn -> events: settled, operations, reports -> turn when it says ... -> close

Laws
  - One thread: the one that started it. From any other, and from signal handlers, requests come by the doorbell, and
    are carried out between two turns.
  - A task's outcome is read the moment it settles and its handle given back, so what is done costs the wasm nothing.
"""
import logging
import signal
import struct
import threading
import time
import weakref
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass

import wasmtime

from .checks import must, number, seconds, stack_size as check_stack_size
from .errors import (EDISCARDED, ESTACK, ETRAP, ClosedError, InterruptedTaskError, MisuseError, StackOverflowError,
                     TimeoutError, TrapError, last_line, status_name)
from .guest import COUNTS, REPORT, STATE
from .operations import Operations
from .task import Task

_SETTLED, _STARTED, _CANCELLED, _REPORT, _DESCRIPTOR = range(1, 6)
_KINDS = ['', 'swallowed', 'stalled', 'ungraceful', 'unseen', 'stack', 'trap', 'deadlock', 'shutdown']
_KNOWN, _STACK, _OTHER, _INTERRUPTED = range(4)
_EAGER = 1
_SLICE = 0.005  # seconds: descriptors are waited for inside the guest, where no doorbell is heard
log = logging.getLogger('wasyncio')


@dataclass(frozen=True)
class Report:
    """What would otherwise be silent: see wa_report_kind in wasyncio.h."""
    kind: str
    text: str
    task: str
    site: str
    status: int
    count: int
    age: float


def _alive(owner):
    return owner() if isinstance(owner, weakref.ref) else owner


class Runtime:
    """Made by Program.start. A context manager: leaving it closes it."""

    def __init__(self, guest, doorbell, host, on_report, virtual_clock, guard):
        self.guest = guest
        self.alive = 0       # unfinished tasks, as of the latest turn
        self.trap = None     # the latest exception that ended a task; interrupted: it was the guard
        self.interrupted = False
        self._doorbell = doorbell
        self._operations = Operations(self, host)
        self._on_report = on_report
        self._virtual = virtual_clock
        self._owners = {}    # handle -> Task, a weak reference to one that C has spawned, or a callable for a timer
        self._traps = deque()
        self._told = self._traps  # those of which this turn's reports are, unless the program listens to them itself
        self._astray = False  # a trap has kept `spawn` from returning a handle
        self._strays = False  # so the events of this turn name it
        self._thread = threading.get_ident()
        self._depth = 0      # in how many of its methods the owner is
        self._changed = False  # something was made ready since the latest turn
        self._descriptors = set()  # that C waits for
        self._closed = False
        guest.guard, guest.broken = guard, self._broken

    # ---- who may come in

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _free(self):
        """Whether the caller may go in at once: it is the owner, and not a signal handler or an import amid a call."""
        return self._thread == threading.get_ident() and not self._depth

    def _enter(self):
        if self._closed:
            raise ClosedError('the runtime was closed')
        if self._thread != threading.get_ident():
            raise MisuseError('the runtime belongs to another thread; only Task.cancel and call_soon_threadsafe may '
                              'come from this one')
        return self._inside()

    @contextmanager
    def _inside(self):
        """Ctrl-C is raised when the owner has come out: among the engine's frames, or between an event and what it changes, it
        would do harm."""
        outermost = not self._depth and threading.current_thread() is threading.main_thread()
        handler = signal.getsignal(signal.SIGINT) if outermost else None
        if callable(handler):
            noted = self._doorbell.instead_of(handler)
            signal.signal(signal.SIGINT, noted)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if callable(handler):
                if signal.getsignal(signal.SIGINT) is noted:  # nobody has set another meanwhile
                    signal.signal(signal.SIGINT, handler)
                self._doorbell.raise_noted()

    def call_soon_threadsafe(self, function, *args):
        """Has the owner call it, between two turns. From any thread or signal handler; ends the turn that C is in."""
        must(callable(function), 'call_soon_threadsafe: function', 'a function', function)
        if self._closed:
            raise ClosedError('the runtime was closed')
        self._doorbell.ring(lambda: function(*args))

    # ---- tasks

    def spawn(self, function, input=None, *, timeout=None, name=None, stack_size=0, eager=False):
        """Starts the WA_TASK of that name with an input (None, a number, a str or bytes).

        timeout     seconds until it is cancelled; its result is a TimeoutError then
        name        for reports; without one "task-N"
        stack_size  bytes of C stack; 0: the runtime's
        eager       run it to its first await at once, inside this call
        """
        must(isinstance(function, str), 'spawn: function', 'the name of a task', function)
        if timeout is not None:
            seconds('spawn: timeout', timeout)
        check_stack_size('spawn', stack_size)
        with self._enter():
            guest = self.guest
            entry = guest.entry(function)
            label = 0 if name is None else guest.own(str(name).encode(errors='replace'))
            try:
                operands = guest.operands(input, f"spawn: the input of '{function}'")
                handle = self._first(entry, *operands, label, stack_size, _EAGER if eager else 0)
            finally:
                if label and not self._closed:
                    guest.call('wax_free', label)
            if not handle:
                raise MisuseError(guest.sentence())
            handle &= 0xffffffff
            self._changed = True
            task = Task(self, handle)
            self._owners[handle] = task
            if timeout is not None:
                task._limit(timeout)
            return task

    def tasks(self):
        """The unfinished tasks in the order of their creation; those that C spawned, too."""
        with self._enter():
            found, handle = [], 0
            while handle := self.guest.call('wax_next_task', handle) & 0xffffffff:
                task = _alive(self._owners.get(handle))
                if task is None:
                    task = Task(self, handle, of_c=True)
                    self._owners[handle] = weakref.ref(task)  # whoever has only listed it leaves it to C
                found.append(task)
            return found

    def _task(self, handle):
        """The task of that handle, if somebody here may ask about it."""
        task = _alive(self._owners.get(handle))
        return task if isinstance(task, Task) else None

    def _held(self):
        """The unfinished tasks that somebody here may ask about."""
        return [owner for owner in map(_alive, self._owners.values()) if isinstance(owner, Task)]

    def _timer(self, seconds, passed):
        handle = self.guest.pointer('wax_timer', seconds * 1000.0)
        self._owners[handle] = passed
        return handle

    def _drop_timer(self, handle):
        if self._owners.pop(handle, None):
            self.guest.call('wax_release', handle)

    # ---- turns

    def turn(self):
        """Runs what is ready, for at most the budget. Returns in how many seconds the next turn is due: 0.0 at once;
        None: nothing is set, so only an answer to an operation or another thread can make anything ready."""
        if self._depth:
            raise MisuseError('turn: called from a function that the runtime called')
        with self._enter():
            for request in self._doorbell.take():
                request()
            try:
                state = self.guest.enter('wax_turn')
            except BaseException as trap:
                self._recover(trap)
                if not isinstance(trap, Exception):
                    raise
                return 0.0
            next_ms, events, count, self.alive, status = self.guest.read(STATE, state)
            self.guest.check(status)
            self._changed = False
            self._told, self._traps = self._traps, deque()
            self._strays, self._astray = self._astray, False
            failed = None
            for event in struct.iter_unpack('<4I', self.guest.bytes(events, 16 * count)):
                try:
                    self._event(*event)
                except BaseException as error:  # a listener's, or Ctrl-C: it keeps no other event from being heard of
                    failed = failed or error
            if failed:
                raise failed
        if self._changed or self._doorbell.rang():
            return 0.0
        return None if next_ms < 0 else next_ms / 1000

    def run(self, *tasks, timeout=None):
        """Turns, and sleeps between them, until these tasks are done; without any, until no task is left.
        Raises a TimeoutError, and stops nothing, when that takes longer than timeout seconds."""
        if timeout is not None:
            seconds('run: timeout', timeout)
        for task in tasks:
            if not isinstance(task, Task):
                raise MisuseError(f'run: {task!r} is no Task')
            if task._runtime is not self:
                raise MisuseError(f'run: {task!r} is a task of another runtime')
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            due = self.turn()
            if all(task.done() for task in tasks) if tasks else not self.alive:
                return
            now = time.monotonic()
            if end is not None and now >= end:
                raise TimeoutError(f'run: not done after {timeout} s')
            if due != 0.0:
                limits = [limit for limit in (due, end and end - now) if limit is not None]
                self._wait(min(limits, default=None))

    def _wait(self, seconds):
        """Until somebody rings, a descriptor is ready, or so many seconds have passed; None: no limit."""
        if not self._descriptors:
            return self._doorbell.wait(seconds)
        with self._enter():
            slice = _SLICE if seconds is None else min(seconds, _SLICE)
            self.guest.check(self.guest.call('wax_poll', slice * 1000))  # uses no interest up: events say what changes

    def _event(self, kind, id, a, b):
        if kind == _SETTLED:
            if id in self._owners:
                owner = _alive(self._owners.pop(id))
                if isinstance(owner, Task):
                    owner._ended()
                elif owner is not None:
                    owner()
                self.guest.call('wax_release', id)
                self._changed |= owner is None  # C may have a report of it
            elif self._strays:
                self.guest.call('wax_release', id)  # unless the report of the trap has
        elif kind == _STARTED:
            self._operations.start(id, a)
        elif kind == _CANCELLED:
            self._operations.cancel(id)
        elif kind == _DESCRIPTOR:
            self._descriptors.add(id) if a else self._descriptors.discard(id)
        else:
            self._reported(a)
            if id and id not in self._owners:  # C's own task, and the report is all that is wanted of it
                self.guest.call('wax_release', id)

    def _reported(self, pointer):
        kind, status, count, site, age, text, name = self.guest.read(REPORT, pointer)
        text, name, site = (self.guest.text(part) or '' for part in (text, name, site))
        kind = _KINDS[kind]
        if kind in ('trap', 'stack') and self._told:
            self.trap, self.interrupted = self._told.popleft()
        self._report(Report(kind, text, name, site, status, count, age / 1000))

    def _report(self, report):
        if self._on_report:
            self._on_report(report)
        else:
            log.warning('%s', report.text)

    def _unseen(self, task):
        if task._status in (ESTACK, ETRAP, EDISCARDED):
            return  # those had a report of their own
        text = f"task '{task._name}' failed with {status_name(task._status)}, and nobody looked at it"
        self._report(Report('unseen', text, task._name, task._site, task._status, 0, 0.0))

    def _recover(self, trap):
        """The trap has ended the task that was running; everything else goes on."""
        code = getattr(trap, 'trap_code', None)
        kind = {wasmtime.TrapCode.STACK_OVERFLOW: _STACK, wasmtime.TrapCode.INTERRUPT: _INTERRUPTED}.get(code)
        if kind is None:
            kind = _KNOWN if isinstance(trap, wasmtime.Trap) else _OTHER
        self.trap = trap
        try:
            recovered = self.guest.enter('wax_recover', kind)
        except (wasmtime.Trap, wasmtime.WasmtimeError) as again:
            recovered, trap = 0, again
        if recovered:
            self._traps.append((trap, kind == _INTERRUPTED))
            self.alive = max(self.alive, 1)  # nobody has counted yet, and its end is an event of the next turn
        else:
            raise self._broken(trap) from trap

    def _first(self, *operands):
        """Spawns, and with it runs an eager task's first step. A trap in there is raised as what the task has ended with: nobody
        has its handle."""
        try:
            return self.guest.enter('wax_spawn', *operands)
        except BaseException as trap:
            if self.guest.is_inside():
                raise
            self._recover(trap)
            self._astray = True
            if not isinstance(trap, Exception):
                raise
            raise self._trapped(trap) from trap

    def _trapped(self, trap):
        text = self.guest.sentence()  # names the task
        if ': stack overflow, ' in text:
            return StackOverflowError(text, ESTACK)
        kind = InterruptedTaskError if self._traps[-1][1] else TrapError
        return kind(f'{text}: {last_line(trap)}', ETRAP)

    def _broken(self, trap):
        self.trap = trap
        self._end(ETRAP)
        return ClosedError(f'the wasm trapped outside of its tasks: {trap}')

    # ---- the clock, and what there is

    def now(self):
        """Seconds on the runtime's clock."""
        with self._enter():
            return self.guest.call('wax_now') / 1000

    def advance(self, seconds):
        """Moves a virtual clock on."""
        must(0 <= number(seconds) < 9e9, 'advance: seconds', '0 or more, and less than 9e9', seconds)
        with self._enter():
            self.guest.check(self.guest.call('wax_advance', seconds * 1000.0))

    def counts(self):
        """What is alive: {'tasks': ..., 'futures': ..., 'timers': ..., 'bytes': ...}."""
        with self._enter():
            pointer = self.guest.call('wax_counts')
            return dict(zip(COUNTS, struct.unpack('<7I', self.guest.bytes(pointer, 28))))

    # ---- the end

    def close(self, grace=5.0):
        """Cancels every task, and gives them so many seconds to clean up. What is left then is ended without, and has
        WA_EDISCARDED. Returns how many those were. Closing again does nothing."""
        seconds('close: grace', grace)
        if self._closed:
            return 0
        if self._depth:
            raise MisuseError('close: called from a function that the runtime called')
        end = time.monotonic() + grace
        failed = None
        while True:
            with self._enter():
                self.guest.call('wax_shutdown')
            try:
                due = self.turn()
            except ClosedError:
                raise
            except Exception as error:  # a listener's: it keeps nothing from being closed
                failed, due = failed or error, 0.0
            left = end - time.monotonic()
            if not self.alive or left <= 0:
                break
            if due != 0.0:
                self._wait(left if due is None else min(due, left))
        with self._enter():
            for task in self._held():
                task._named()
            discarded = self.guest.call('wax_discard')
            self._end(EDISCARDED)
        if failed:
            raise failed
        return discarded

    def _end(self, status):
        self._closed = True
        held, self._owners = self._held(), {}
        for task in held:
            task._abandoned(status)
        self._operations.close()
        self.guest.store.close()
