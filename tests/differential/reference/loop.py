"""CPython's asyncio, made to give one trace: its loop on a virtual clock, its sets in order.

Law: nothing of asyncio is rewritten. Tasks, futures, every verb and the loop's iteration (BaseEventLoop._run_once) are
the interpreter's own. Replaced is only what a trace must not depend on: the clock, the operating system's selector, the
order of equal timers, and the order in which a set is iterated.
"""

import asyncio
from asyncio import base_events, events, taskgroups, tasks
from heapq import heappush

MAX_ITERATIONS = 20_000


class OrderedSet(dict):
    """A set that iterates in the order of insertion.

    CPython keeps the members of a task group, of wait() and of as_completed() in sets, which iterate in the order of
    their hashes, that is of their addresses: two runs of one program may cancel the members of a group in different
    orders. A trace has to be one trace, so these three use this class: the order of spawning, or of the arguments.
    """

    def __init__(self, items=()):
        super().__init__(dict.fromkeys(items))

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)

    remove = dict.__delitem__


def as_completed_init(self, futures, timeout):
    """_AsCompletedIterator.__init__ as CPython has it, but for the set: a set display has no name to be replaced."""
    self._done = asyncio.Queue()
    self._timeout_handle = None
    todo = OrderedSet(futures)
    for future in todo:
        future.add_done_callback(self._handle_completion)
    if todo and timeout is not None:
        self._timeout_handle = events.get_running_loop().call_later(timeout, self._handle_timeout)
    self._todo = todo
    self._todo_left = len(todo)


tasks.set = taskgroups.set = OrderedSet
tasks._AsCompletedIterator.__init__ = as_completed_init


base_events.MAXIMUM_SELECT_TIMEOUT = float('inf')  # here a long wait costs nothing, so it needs no iterations in between


class Deadlock(BaseException):
    """Nothing is ready, no timer is set, and what is waited for is not done; or the loop turns without end."""


class OrderedTimer(events.TimerHandle):
    """A timer ordered by its deadline and then by when it was set: a heap alone does not keep equal ones in order."""

    __slots__ = ('_order',)

    def __init__(self, order, *args):
        super().__init__(*args)
        self._order = order

    def __lt__(self, other):
        return (self._when, self._order) < (other._when, other._order)


class VirtualLoop(asyncio.BaseEventLoop):
    """The loop on a clock of integers. It is its own selector, which it asks once in every iteration."""

    def __init__(self):
        super().__init__()
        self.now = 0
        self.iterations = 0
        self.timers = 0
        self._selector = self
        self._clock_resolution = 0.5  # the loop asks `when < now + resolution`; of integers that is `when <= now`

    def time(self):
        return self.now

    def select(self, timeout):
        self.iterations += 1
        if timeout is None or self.iterations > MAX_ITERATIONS:
            raise Deadlock
        self.now += timeout

    def call_at(self, when, callback, *args, context=None):
        self.timers += 1
        timer = OrderedTimer(self.timers, when, callback, args, self, context)
        heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def _process_events(self, event_list):
        pass

    def call_exception_handler(self, context):
        pass  # an error that nobody looks at is no line of a trace
