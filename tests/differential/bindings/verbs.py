"""asyncio with what JavaScript's verbs do otherwise, by docs/asyncio.md; [n] is its note. And how an error is told."""

import asyncio


class ProgramError(Exception):
    pass


def outcome(end):
    if end < 0:
        raise ProgramError(end)
    return end


def flat(group):
    for error in group.exceptions:
        yield from flat(error) if isinstance(error, BaseExceptionGroup) else [error]


def name_of(error):
    if isinstance(error, BaseExceptionGroup):  # GroupErrors are flat
        return f'group({",".join(sorted(map(name_of, flat(error))))})'
    if isinstance(error, TimeoutError):
        return 'timeout'
    if isinstance(error, ProgramError):
        return f'E{error.args[0]}'
    return 'cancelled' if isinstance(error, asyncio.CancelledError) else repr(error)


class Gather(asyncio.tasks._GatheringFuture):
    """A cancelled gather of rt is cancelled [3]. If it and its member were given different reasons, none is compared."""

    reasons = frozenset()

    def cancel(self, msg=None):
        if self.done():
            return asyncio.Future.cancel(self, msg)  # after which no report is made of its error, as of any other's
        stopped = super().cancel(msg)
        if stopped:
            self.reasons |= {msg}
        return stopped

    def set_exception(self, error):
        if not isinstance(error, asyncio.CancelledError):
            return super().set_exception(error)
        [reason, *others] = self.reasons | {next(iter(error.args), None)}
        return asyncio.Future.cancel(self, None if others else reason)


asyncio.tasks._GatheringFuture = Gather


class Scope(asyncio.Task):
    """A body of rt is told by its scope's signal [4], so once; and a group's signal stops the members at once [7]."""

    requests = 0
    group = None
    own = False  # the group has asked for itself
    outside = None  # the first reason of another, if it has one

    def cancel(self, msg=None):
        if self.done():
            return super().cancel(msg)
        self.requests += 1
        if self.group and self.group._parent_cancel_requested and not self.own:
            self.own = True
        elif self.outside is None:
            self.outside = () if msg is None else (msg,)
        if self.group and not self.group._aborting:
            self.group._abort()
        return super().cancel(msg) if self.requests == 1 else True

    def cancelling(self):
        return self.requests

    def uncancel(self):
        self.requests -= 1
        if not self.requests:
            super().uncancel()
        return self.requests

    @staticmethod
    async def keeping_its_reason(body):
        """Once it was told to stop, no cancellation of what it awaits gives it another ["What is different everywhere"]."""
        try:
            return await body
        except asyncio.CancelledError as error:
            outside = asyncio.current_task().outside
            raise asyncio.CancelledError(*(error.args if outside is None else outside))
