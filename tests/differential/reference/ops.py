"""The ops: each is one call of asyncio's public API. It gives the text after the arrow, None standing for `ok`."""

import asyncio

from outcomes import Misuse, Named, outcome, state_of

RETURN_WHEN = {'first': asyncio.FIRST_COMPLETED, 'error': asyncio.FIRST_EXCEPTION, 'all': asyncio.ALL_COMPLETED}
OPS = {}


def op(function):
    OPS[function.__name__.strip('_')] = function
    return function


def ticks(word):
    return None if word == '-' else int(word)


def task(body, names):
    """What `uncancel` and `cancelling` are about: a task, the running one if none is named."""
    found = body.find(*names) if names else body.find('self')
    if not isinstance(found, asyncio.Task):
        raise Misuse
    return found


# Time and tasks

@op
async def sleep(body, scope, n):
    await asyncio.sleep(int(n))


@op
async def spin(body, scope, n):
    body.world.loop.now += int(n)


@op
async def spawn(body, scope, slot, name):
    body.world.spawn(slot, name, asyncio.create_task)


@op
async def gspawn(body, scope, slot, name):
    if scope.group is None:
        raise Misuse
    body.world.spawn(slot, name, scope.group.create_task)


@op
async def reschedule(body, scope, n):
    if scope.timeout is None:
        raise Misuse
    n = ticks(n)
    scope.timeout.reschedule(None if n is None else body.world.loop.time() + n)


@op
async def cancel(body, scope, name):
    return 'true' if body.find(name).cancel() else 'false'


@op
async def uncancel(body, scope, *names):
    return str(task(body, names).uncancel())


@op
async def cancelling(body, scope, *names):
    return str(task(body, names).cancelling())


@op
async def state(body, scope, name):
    return state_of(body.find(name))


# Waiting for tasks and futures

@op
async def await_(body, scope, name):
    return outcome(await body.find(name))


@op
async def shield(body, scope, name):
    return outcome(await asyncio.shield(body.find(name)))


@op
async def wait_for(body, scope, name, n):
    return outcome(await asyncio.wait_for(body.find(name), ticks(n)))


@op
async def gather(body, scope, mode, *names):
    results = await asyncio.gather(*body.find_all(names), return_exceptions=mode == 'collect')
    return f'ok[{" ".join(map(outcome, results))}]'


@op
async def wait(body, scope, when, n, *names):
    futures = body.find_all(names)
    done, _ = await asyncio.wait(futures, timeout=ticks(n), return_when=RETURN_WHEN[when])
    there = [name for name, future in zip(names, futures) if future in done]
    missing = [name for name, future in zip(names, futures) if future not in done]
    return f'done[{" ".join(there)}] pending[{" ".join(missing)}]'


@op
async def as_completed(body, scope, n, *names):
    futures = body.find_all(names)
    async for future in asyncio.as_completed(futures, timeout=ticks(n)):
        body.say(f'completed {names[futures.index(future)]} -> {state_of(future)}')


# Futures and synchronisation

@op
async def resolve(body, scope, name, value):
    body.find(name).set_result(value)


@op
async def fail(body, scope, name, error):
    body.find(name).set_exception(Named(error))


@op
async def set_(body, scope, name):
    body.find(name).set()


@op
async def clear(body, scope, name):
    body.find(name).clear()


@op
async def wait_event(body, scope, name):
    await body.find(name).wait()


@op
async def acquire(body, scope, name):
    await body.find(name).acquire()


@op
async def release(body, scope, name):
    body.find(name).release()


@op
async def cond_wait(body, scope, name):
    await body.find(name).wait()


@op
async def notify(body, scope, name, n):
    body.find(name).notify(int(n))


@op
async def put(body, scope, name, value):
    await body.find(name).put(value)


@op
async def get(body, scope, name):
    return outcome(await body.find(name).get())


@op
async def task_done(body, scope, name):
    body.find(name).task_done()


@op
async def join(body, scope, name):
    await body.find(name).join()


@op
async def shutdown(body, scope, name, now=''):
    body.find(name).shutdown(immediate=now == 'now')


@op
async def barrier(body, scope, name):
    return outcome(await body.find(name).wait())


@op
async def abort(body, scope, name):
    await body.find(name).abort()


@op
async def reset(body, scope, name):
    await body.find(name).reset()
