"""How another thread, or a signal handler, gets a runtime's attention while C computes.

    any thread: ring(f) -> queue
    guest:      wa_checkpoint -> sched_yield, about once a millisecond -> INTR: end the turn
    owner:      turn() -> take() -> f()

Law: nothing here takes a lock that a signal handler could find taken: SimpleQueue.put is reentrant by its contract.
"""
import queue
import threading
from collections import deque

INTR = 27  # WASI's errno


class Doorbell:
    def __init__(self):
        self._requests = deque()
        self._wakes = queue.SimpleQueue()  # of who sleeps in wait; the requests stay in their order
        self._raised = None  # by a signal handler, while the owner was inside
        self.lent = False    # the owner is in a function of the host's

    def ring(self, request):
        self._requests.append(request)
        self._wakes.put(None)

    def wake(self):
        """Something was made ready: whoever is about to sleep does not."""
        self._wakes.put(None)

    def answer(self):
        """The host's side of sched_yield."""
        return INTR if self._requests or self._raised else 0

    def instead_of(self, handler):
        """A signal handler that does the same and keeps what it raises for later; the turn that C is in ends by that. The second
        time it comes out of a function of the host's, which may never return."""
        def noted(number, frame):
            if self.lent and self._raised:
                return handler(number, frame)
            try:
                handler(number, frame)
            except BaseException as error:
                self._raised = self._raised or error
        return noted

    def raise_noted(self):
        error, self._raised = self._raised, None
        if error is not None:
            raise error

    def rang(self):
        """Whether there are requests."""
        return bool(self._requests)

    def wait(self, timeout):
        """Sleeps until somebody rings, for at most so many seconds; None: as long as it takes."""
        try:
            # CPython's get with a timeout never ends if that has passed when it finds the queue's lock free but nothing in
            # it, as after take. A try without one that finds nothing leaves the lock taken.
            self._wakes.get_nowait()
            return
        except queue.Empty:
            pass
        try:
            self._wakes.get(timeout=None if timeout is None else min(timeout, threading.TIMEOUT_MAX))
        except queue.Empty:
            pass

    def take(self):
        """The requests so far, in their order."""
        while not self._wakes.empty():
            self._wakes.get_nowait()
        for _ in range(len(self._requests)):
            yield self._requests.popleft()
