"""How another thread, or a signal handler, gets a runtime's attention while C computes.

    any thread: ring(f) -> queue
    guest:      wa_checkpoint -> sched_yield, about once a millisecond -> INTR: end the turn
    owner:      turn() -> take() -> f()

Law: nothing here takes a lock that a signal handler could find taken: SimpleQueue.put is reentrant by its contract.
"""
import queue

INTR = 27  # WASI's errno


class Doorbell:
    def __init__(self):
        self._requests = queue.SimpleQueue()
        self._interrupted = False

    def ring(self, request):
        self._requests.put(request)

    def answer(self):
        """The host's side of sched_yield."""
        return 0 if self._requests.empty() and not self._interrupted else INTR

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
            self._requests.put(self._requests.get(timeout=timeout))
        except queue.Empty:
            pass

    def take(self):
        """The requests so far, in their order."""
        for _ in range(self._requests.qsize()):
            try:
                yield self._requests.get_nowait()
            except queue.Empty:
                return
