"""A running body: a block is the Python statement of the same name, an op is one call of asyncio (ops.py).

All that is added is the printing, and that a block tells of a `return` by giving a tuple of its value.
"""

import asyncio
from typing import NamedTuple

from ops import OPS, ticks
from outcomes import Misuse, Named, matches, outcome

ERRORS = (Exception, asyncio.CancelledError)  # not GeneratorExit: what is thrown away when all is over prints nothing


class Scope(NamedTuple):
    """What encloses a block within its body: the innermost timeout and group, and the error that is being handled."""

    timeout: asyncio.Timeout | None = None
    group: asyncio.TaskGroup | None = None
    caught: BaseException | None = None


class Body:
    def __init__(self, world, slot):
        self.world = world
        self.slot = slot

    def say(self, text):
        self.world.say(f'{self.slot} {text}')

    def find(self, name):
        if name == 'self':
            return asyncio.current_task()
        if name not in self.world.names:
            raise Misuse
        return self.world.names[name]

    def find_all(self, names):
        return [self.find(name) for name in names]

    async def run(self, ops):
        self.say('start')
        try:
            left = await self.block(ops, Scope())
        except ERRORS as error:
            self.say(f'finish -> {outcome(error)}')
            raise
        value = left[0] if left else None
        self.say(f'finish -> {outcome(value)}')
        return value

    async def block(self, ops, scope):
        for op in ops:
            if op.name in BLOCKS:
                if left := await BLOCKS[op.name](self, op, scope):
                    return left
            elif op.name in OPS:
                await self.call(op, scope)
            elif op.name == 'return':
                return (op.words[0] if op.words else None,)
            elif op.name == 'reraise':
                raise scope.caught
            else:
                self.say(op.text)
                if op.name == 'raise':
                    raise Named(op.words[0])

    async def call(self, op, scope):
        try:
            told = await OPS[op.name](self, scope, *op.words)
        except ERRORS as error:
            self.say(f'{op.text} -> {outcome(error)}')
            raise
        self.say(f'{op.text} -> {told or "ok"}')

    async def repeated(self, op, scope):
        for _ in range(int(op.words[0])):
            if left := await self.block(op.body, scope):
                return left

    async def tried(self, op, scope):
        try:
            left = await self.handled(op, scope)
        except ERRORS:
            await self.last(op, scope)
            raise
        await self.last(op, scope)
        return left

    async def handled(self, op, scope):
        try:
            return await self.block(op.body, scope)
        except ERRORS as error:
            if op.handler is None or not matches(op.kind, error):
                raise
            self.say(f'caught {outcome(error)}')
            return await self.block(op.handler, scope._replace(caught=error))

    async def last(self, op, scope):
        if op.final is not None:
            self.say('finally')
            await self.block(op.final, scope)

    async def timed(self, op, scope):
        async with asyncio.timeout(ticks(op.words[0])) as timeout:
            return await self.block(op.body, scope._replace(timeout=timeout))

    async def grouped(self, op, scope):
        async with asyncio.TaskGroup() as group:
            return await self.block(op.body, scope._replace(group=group))

    def left(statement):
        """A scope: the statement, and a line that tells how it was left."""
        async def scope(self, op, scope):
            try:
                left = await statement(self, op, scope)
            except ERRORS as error:
                self.say(f'end {op.text} -> {outcome(error)}')
                raise
            self.say(f'end {op.text} -> ok')
            return left
        return scope


BLOCKS = {
    'repeat': Body.repeated,
    'try': Body.tried,
    'timeout': Body.left(Body.timed),
    'group': Body.left(Body.grouped),
}
