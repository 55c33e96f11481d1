"""What C starts by wa_await_op, Python answers: once, or not at all when the task that asked was cancelled.

    C: started -> function(input) -> a value, an exception, or a Future -> wax_settle
    C: cancelled -> the Future's cancel(); a late answer is dropped
"""
from concurrent.futures import Future

from .errors import EHOST, ENOMEM, ClosedError
from .guest import OPERATION


class Operations:
    def __init__(self, runtime, host):
        self._runtime = runtime
        self._host = host
        self._futures = {}     # operation id -> Future

    def start(self, id, pointer):
        guest = self._runtime.guest
        name, type, data, size, number, _ = guest.read(OPERATION, pointer)
        name = guest.text(name)
        function = self._host.get(name)
        if function is None:
            return self._settle(id, EHOST, f"the host has no function '{name}'")
        try:
            result = function(guest.value(type, data, size, number))
        except BaseException as error:
            self._settle(id, EHOST, _sentence(error))
            if not isinstance(error, Exception):
                raise  # a SystemExit is its caller's
            return
        if not isinstance(result, Future):
            return self._settle(id, 0, result)
        self._futures[id] = result
        result.add_done_callback(lambda future: self._hand_over(id, future))

    def _hand_over(self, id, future):
        """In whatever thread the Future ends."""
        try:
            self._runtime.call_soon_threadsafe(self._done, id, future)
        except ClosedError:
            pass  # nobody waits for it any more

    def cancel(self, id):
        future = self._futures.pop(id, None)
        if future is not None:
            future.cancel()

    def close(self):
        futures, self._futures = self._futures, {}
        for future in futures.values():
            future.cancel()

    def _done(self, id, future):
        if self._futures.pop(id, None) is None:
            return
        error = None if future.cancelled() else future.exception()
        if future.cancelled():
            self._settle(id, EHOST, 'the operation was cancelled')
        elif error is not None:
            self._settle(id, EHOST, _sentence(error))
        else:
            self._settle(id, 0, future.result())

    def _settle(self, id, status, value):
        guest = self._runtime.guest
        try:
            operands = guest.operands(value, 'what a host function returns')
        except Exception as error:
            try:
                status, operands = EHOST, guest.operands(str(error), '')
            except Exception:  # no memory, not even for the sentence
                status, operands = ENOMEM, guest.operands(None, '')
        guest.call('wax_settle', id, status, *operands)
        self._runtime._changed = True


def _sentence(error):
    return str(error) or type(error).__name__
