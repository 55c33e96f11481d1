"""Deliberate faults in the judge itself, to prove that the random programs find such faults and that they shrink.

Each is a fault that a runtime could have; `--host=cpython --fault=NAME` compares CPython with CPython so damaged.
"""

import asyncio
from asyncio import tasks

import loop


class LaterCancel(asyncio.Task):
    """A cancel is delivered to a task that has finished."""

    def cancel(self, msg=None):
        return super().cancel(msg) or self.done()


class DeafUncancel(asyncio.Task):
    """Uncancel is not counted."""

    def uncancel(self):
        return self.cancelling()


def make_tasks_of(kind):
    loop.VirtualLoop.create_task = lambda self, coro, **options: kind(coro, loop=self, **options)


def wake_last_first():
    """What became ready last runs first."""
    select = loop.VirtualLoop.select

    def select_and_turn(self, timeout):
        select(self, timeout)
        self._ready.reverse()

    loop.VirtualLoop.select = select_and_turn


def break_ties_backwards():
    """Of equal timers the one that was set last fires first."""
    loop.OrderedTimer.__lt__ = lambda self, other: (self._when, -self._order) < (other._when, -other._order)


def keep_cancel_from_children():
    """Cancelling a gather does not reach what it gathers."""
    tasks._GatheringFuture.cancel = asyncio.Future.cancel


FAULTS = {
    'lifo': wake_last_first,
    'late-cancel': lambda: make_tasks_of(LaterCancel),
    'timer-tie': break_ties_backwards,
    'gather-cancel': keep_cancel_from_children,
    'uncancel': lambda: make_tasks_of(DeafUncancel),
}


def switch_on(name):
    FAULTS[name]()
