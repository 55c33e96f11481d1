"""How a trace names what became of something: the words for results, errors and groups of errors."""

import asyncio


class Named(Exception):
    """An error of the scenario itself."""


class Misuse(RuntimeError):
    """A wrong use that asyncio cannot see, such as a slot that no task was spawned into."""


CLASSES = (  # the first that fits decides
    (asyncio.CancelledError, 'cancelled'),
    (TimeoutError, 'timeout'),
    (asyncio.QueueShutDown, 'error(shutdown)'),
    (asyncio.BrokenBarrierError, 'error(broken)'),
    ((RuntimeError, ValueError, asyncio.InvalidStateError), 'error(misuse)'),
)


def leaves(error):
    """The outcomes in an error, in order: those of a group's members, however deep, or its own."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for member in error.exceptions for leaf in leaves(member)]
    if isinstance(error, Named):
        return [f'error({error})']
    for kind, text in CLASSES:
        if isinstance(error, kind):
            return [text]
    raise SystemExit(f'an error without an outcome: {error!r}') from error


def outcome(value):
    """The OUTCOME of a result or of an error."""
    if isinstance(value, BaseExceptionGroup):
        return f'group[{" ".join(leaves(value))}]'
    if isinstance(value, BaseException):
        return leaves(value)[0]
    return 'ok' if value is None else f'ok({value})'


def state_of(future):
    """The STATE of a task or future."""
    if not future.done():
        return 'pending'
    if future.cancelled():
        return 'cancelled'
    return outcome(future.exception() or future.result())


def matches(kind, error):
    """Whether an `except` of this class catches the error; `error` is all but cancelled and timeout, also groups."""
    if kind == 'cancelled':
        return isinstance(error, asyncio.CancelledError)
    if kind == 'timeout':
        return isinstance(error, TimeoutError)
    return kind == 'any' or not isinstance(error, (asyncio.CancelledError, TimeoutError))
