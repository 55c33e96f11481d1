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
        self._interrupted = False

    def ring(self, request):
        self._requests.append(request)
        self._wakes.put(None)

    def wake(self):
        """Something was made ready: whoever is about to sleep does not."""
        self._wakes.put(None)

    def answer(self):
        """The host's side of sched_yield."""
        return INTR if self._requests or self._interrupted else 0

    def interrupt(self, number, frame):
        """A signal handler: for while C runs."""
        self._interrupted = True

    def raise_interrupt(self):
        if self._interrupted:
            self._interrupted = False
            raise KeyboardInterrupt

    def wait(self, timeout):
        """Sleeps until somebody rings, for at most so many seconds; None: as long as it takes."""
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
