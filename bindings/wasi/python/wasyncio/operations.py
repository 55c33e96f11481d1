"""What C starts by wa_await_op, Python answers: once, or not at all when the task that asked was cancelled.

    C: started -> function(input) -> a value, an exception, or a Future -> wax_settle
    C: cancelled -> the Future's cancel(); a late answer is dropped

Laws
  - What a function has raised is the cause of the WA_EHOST of the task that called it: of the latest 32, that with these words.
  - No operation keeps a task alive: who has dropped one hears of its error.
"""
import weakref
from concurrent.futures import CancelledError, Future

from .errors import EHOST, ENOMEM, ClosedError, MisuseError, sentence_of
from .guest import OPERATION


class Operations:
    def __init__(self, runtime, host):
        self._runtime = runtime
        self._host = host
        self._futures = {}     # operation id -> Future, who asked

    def start(self, id, pointer):
        guest = self._runtime.guest
        name, type, data, size, number, asker = guest.read(OPERATION, pointer)
        name = guest.text(name)
        asker = self._asker(asker)
        function = self._host.get(name)
        if function is None:
            return self._fail(id, asker, MisuseError(f"the host has no function '{name}'"))
        doorbell = self._runtime._doorbell
        try:
            doorbell.lent = True
            result = function(guest.value(type, data, size, number))
        except BaseException as error:
            self._fail(id, asker, error)
            if not isinstance(error, Exception):
                raise  # a SystemExit is its caller's
            return
        finally:
            doorbell.lent = False
        if not isinstance(result, Future):
            return self._answer(id, asker, result)
        self._futures[id] = result, asker
        result.add_done_callback(lambda future: self._hand_over(id, future))

    def _hand_over(self, id, future):
        """In whatever thread the Future ends."""
        try:
            self._runtime.call_soon_threadsafe(self._done, id, future)
        except ClosedError:
            pass  # nobody waits for it any more

    def cancel(self, id):
        future, _ = self._futures.pop(id, (None, None))
        if future is not None:
            future.cancel()

    def close(self):
        futures, self._futures = self._futures, {}
        for future, _ in futures.values():
            future.cancel()

    def _done(self, id, future):
        _, asker = self._futures.pop(id, (None, None))
        if asker is None:
            return
        error = CancelledError('the operation was cancelled') if future.cancelled() else future.exception()
        if error is not None:
            self._fail(id, asker, error)
        else:
            self._answer(id, asker, future.result())

    def _asker(self, handle):
        """Of the task that starts an operation, a weak reference."""
        task = self._runtime._task(handle)
        if task is None:
            return _nobody
        return weakref.ref(task)

    def _answer(self, id, asker, value):
        try:
            operands = self._runtime.guest.operands(value, 'what a host function returns')
        except Exception as error:
            why = sentence_of(error)
        else:
            return self._settle(id, 0, operands)
        self._fail(id, asker, MisuseError(why))  # a new one, without frames that keep the value

    def _fail(self, id, asker, error):
        guest = self._runtime.guest
        try:
            words = sentence_of(error).encode(errors='replace').decode()
            status, operands = EHOST, guest.operands(words, '')
        except Exception:  # no memory, not even for the sentence
            status, operands = ENOMEM, guest.operands(None, '')
        settled = self._settle(id, status, operands)
        if settled and status == EHOST and (task := asker()):
            task._remember(words, error)

    def _settle(self, id, status, operands):
        self._runtime._changed = True
        return self._runtime.guest.call('wax_settle', id, status, *operands) == 0


def _nobody():
    return None
