"""Prints the public names of asyncio that docs/asyncio.md has to have: functions, classes, and `Class.method`."""

import asyncio
import inspect

MODULES = 'runners coroutines tasks taskgroups timeouts threads futures locks queues exceptions events graph'
WHOLE = 'AbstractServer FrameCallGraphEntry FutureCallGraph'  # named as a whole, not member by member
CONDITION = 'acquire release locked'  # what a condition has of its lock, from its birth on


def public(names):
    return [name for name in names if not name.startswith('_')]


for module in MODULES.split():
    module = getattr(asyncio, module)
    for name in public(module.__all__):
        print(name)
        value = getattr(module, name)
        if inspect.isclass(value) and not issubclass(value, BaseException) and name not in WHOLE:
            for method in public(vars(value)):
                print(f'{name}.{method}')
for name in CONDITION.split():
    print(f'Condition.{name}')
