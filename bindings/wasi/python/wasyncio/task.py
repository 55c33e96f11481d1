"""A C task, seen from Python. While it is pending its handle answers; once it is done everything is here.

    pending --settled--> done: status, value, reason        result(): the value, or one of errors.py
"""
from .errors import (ECANCELED, EDISCARDED, EGROUP, EHOST, EMISUSE, EPENDING, ESTACK, ETIMEDOUT, ETRAP, CancelledError,
                     ClosedError, GroupError, InterruptedTaskError, MisuseError, StackOverflowError, TaskError,
                     TimeoutError, TrapError, WasyncioError, ended_with, last_line, status_name)
from .guest import INFO, UNSEEN

_KEPT = 32  # errors of host functions
_STATES = ('ready', 'running', 'waiting', 'done')


class Task:
    def __init__(self, runtime, handle, of_c=False):
        self._runtime = runtime
        self._of_c = of_c        # C has spawned it: who looks at its error is there, unless the wasm says otherwise
        self._handle = handle
        self._timer = 0
        self._timeout = None     # seconds, once they have passed
        self._status = EPENDING
        self._value = self._error = self._reason = None
        self._asked = None       # why it should stop, as the latest request said
        self._raised = {}        # by host functions that it called, by what C heard of it
        self._name = self._site = ''
        self._cancelling = 0
        self._looked = False     # somebody asked for the outcome, when there was one

    def __repr__(self):
        try:
            return f'<Task {self.name!r} {self.state if not self.done() else status_name(self._status)}>'
        except WasyncioError:  # of another thread's runtime, which alone may ask
            return '<Task of another thread>'

    # ---- what it is doing

    @property
    def status(self):
        """The C status: 0 or positive, or negative (wasyncio.h); -14, WA_EPENDING, while it is not done."""
        self._looked |= self.done()
        return self._status

    @property
    def state(self):
        """'ready', 'running', 'waiting' or 'done'."""
        return 'done' if self.done() else _STATES[self._info()[0]]

    @property
    def name(self):
        return self._name if self.done() else self._text(8)

    @property
    def site(self):
        """Where it waits, 'file.c:12', or waited last."""
        return self._site if self.done() else self._text(9)

    @property
    def reason(self):
        """The text of the latest cancellation, or None."""
        return self._reason if self.done() else self._text(7) or None

    def cancelling(self):
        """How many cancellations were asked for and not taken back."""
        return self._cancelling if self.done() else self._info()[3]

    # ---- its end

    def done(self):
        return self._handle == 0  # the status tells less: a task may return WA_EPENDING

    def cancelled(self):
        self._looked |= self.done()
        return self._status == ECANCELED

    def result(self):
        """What it returned by wa_return_bytes, _text or _number, or else its status; raises what exception() gives."""
        error = self.exception()
        if error is not None:
            raise error
        return self._status if self._value is None else self._value

    def exception(self):
        """Why it has no result, as an exception; None if it has one."""
        if not self.done():
            raise MisuseError(f"task '{self.name}' is not done yet")
        self._looked = True
        return self._error

    # ---- stopping it

    def cancel(self, reason=None):
        """Asks it to stop: its await returns WA_ECANCELED, and C cleans up. False if it is done already.

        From another thread, or from a signal handler, the request is handed over and True says no more than that: C
        hears of it within about a millisecond, also while it computes (wa_checkpoint)."""
        if self.done():
            return False
        if reason is not None:
            reason = str(reason)  # now: if that raises, it is the caller's
        if self._runtime._free():
            return self._cancel(reason)
        try:
            self._runtime.call_soon_threadsafe(self._cancel, reason)
        except ClosedError:
            return False
        return True

    def uncancel(self):
        """Takes one request back; returns how many are left."""
        if self.done():
            return self._cancelling
        with self._runtime._enter():
            guest = self._runtime.guest
            return guest.check(guest.call('wax_uncancel', self._handle))

    # ---- between the runtime and here

    def _cancel(self, reason):
        if self.done():
            return False
        with self._runtime._enter():
            guest = self._runtime.guest
            self._runtime._changed = True
            self._runtime._doorbell.wake()  # a signal handler's, while the owner is about to sleep
            try:
                asked = guest.lend('wax_cancel', self._handle, text=reason)
            except MisuseError:  # no memory for the words: it comes without
                asked = guest.call('wax_cancel', self._handle, 0)
            if guest.check(asked) != 1:
                return False
            self._asked = None if reason is None else str(reason)
            return True

    def _limit(self, timeout):
        """Where a deadline can't be had, there is to be no task."""
        def passed():
            self._timer = 0
            self._timeout = timeout
            self._cancel(f'timed out after {timeout} s')
        try:
            if timeout == 0:
                passed()
            elif timeout != float('inf'):
                self._timer = self._runtime._timer(timeout, passed)
        except MisuseError as error:
            self._looked = True
            self._cancel(error)
            raise

    def _info(self):
        with self._runtime._enter():
            guest = self._runtime.guest
            return guest.read(INFO, guest.pointer('wax_info', self._handle))

    def _text(self, index):
        with self._runtime._enter():
            return self._runtime.guest.text(self._info()[index]) or ''

    def _ended(self):
        """The wasm has the outcome."""
        guest = self._runtime.guest
        (_, status, flags, self._cancelling, type, data, size, reason, name, site, number, _, errors,
         count) = self._info()
        self._name, self._site = guest.text(name) or '', guest.text(site) or ''
        self._reason = guest.text(reason)
        if status == ECANCELED and not self._reason and self._cancelling:
            self._reason = self._asked  # C returned the status by itself: it knew of the request, and no await had told it
        self._status = status
        if self._of_c:
            self._looked = not flags & UNSEEN
        try:
            value = guest.value(type, data, size, number)
            members = guest.errors(errors, count)
            if status >= 0:
                self._value = value
            else:
                self._error = self._failure(status, members, value)
        finally:
            self._handle = 0  # the last, because it says that the others are there
        if self._timer:
            self._runtime._drop_timer(self._timer)
        self._raised = {}
        self._timer = 0

    def _remember(self, words, error):
        """Why an operation of its own has failed, by what C hears of that: the latest few."""
        if not self.done():
            self._raised.pop(words, None)
            self._raised[words] = error
            if len(self._raised) > _KEPT:
                del self._raised[next(iter(self._raised))]

    def _named(self):
        """For what is said about it when the wasm is gone."""
        self._name, self._site = self.name, self.site

    def _abandoned(self, status):
        """The runtime has ended before it."""
        self._status, self._handle, self._looked, self._raised = status, 0, True, {}
        self._error = self._failure(status)

    def _failure(self, status, members=(), words=None):
        where = f' (at {self._site})' if self._site else ''
        ended = f"task '{self._name}' {ended_with(status)}"
        at = (status, self._name, self._site)
        if status == ECANCELED and self._timeout is not None and self._reason == f'timed out after {self._timeout} s':
            return TimeoutError(f"task '{self._name}' {self._reason}{where}")
        if status == ECANCELED:
            why = f': {self._reason}' if self._reason else ''
            return CancelledError(f"task '{self._name}' was cancelled{why}{where}", self._reason)
        if status == ETIMEDOUT:
            return TimeoutError(f"task '{self._name}' timed out{where}")
        if status == EGROUP:
            errors = [self._member(*member) for member in members]
            return GroupError(f'{ended}{where}: {errors[0]}', *at, errors=errors)
        if status in (ESTACK, ETRAP):
            trap = self._runtime.trap
            kind = InterruptedTaskError if self._runtime.interrupted else TrapError
            kind = StackOverflowError if status == ESTACK else kind
            error = kind(f'{ended}{where}: {last_line(trap)}', *at)
            error.__cause__ = trap
            return error
        if status == EMISUSE and words:
            # Of a wrong call of its own it begins with its name, or with the first 80 bytes of that: 20 characters or more.
            end = words.find("': ", 6 + min(len(self._name), 20))
            own = end > 0 and f"task '{self._name}".startswith(words[:end])
            ended += f': {words[end + 3:] if own else words}'
        if status == EHOST and words:
            where += f': {words}'
        if status == EDISCARDED:
            ended += ': it did not end in time after its cancellation'
        error = TaskError(f'{ended}{where}', *at)
        if status == EHOST:
            error.__cause__ = self._raised.get(words)
        return error

    def _member(self, status, words):
        """What a member of the task's group failed with."""
        sentence = f"a member of task '{self._name}' {ended_with(status)}{f': {words}' if words else ''}"
        if status == ETIMEDOUT:
            return TimeoutError(sentence)
        kind = {ESTACK: StackOverflowError, ETRAP: TrapError}.get(status, TaskError)
        return kind(sentence, status, self._name, self._site)

    def __del__(self):
        if self._error is not None and not self._looked and self._status != ECANCELED:
            self._runtime._unseen(self)
