"""Races that the scenario language can't say: eager start, messages, futures of gather, queues by priority.

Each coroutine here has a twin of the same name in twins.c; the two print the same lines. Time never passes but by
turns of the loop (`sleep(0)`), so any loop will do: this one asks no operating system for anything.
"""

import asyncio


class Loop(asyncio.BaseEventLoop):
    """A loop without a selector: it is its own, and nothing ever comes from there."""

    def __init__(self):
        super().__init__()
        self._selector = self

    def select(self, timeout):
        if timeout is None:
            raise SystemExit('a race hangs: nothing is ready')

    def _process_events(self, event_list):
        pass


def say(text):
    print(f'   {text}')


async def fails():
    raise ValueError('boom')


async def forever():
    await asyncio.Event().wait()


def eager(coro):
    return asyncio.create_task(coro, eager_start=True)


async def gh_128550_eager_member_starts_one_that_fails(main):
    async def second(group):
        say('second starts')
        group.create_task(fails(), eager_start=True)
        say('third has failed already')
        try:
            await forever()
        except asyncio.CancelledError:
            say('second is cancelled')
            raise

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(second(group), eager_start=True)
            say('body ends')
    except ExceptionGroup as error:
        say(f'{len(error.exceptions)} error, cancelling {main.cancelling()}')


async def gh_128588_eager_member_fails(main):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(), eager_start=True)
            say(f'not told yet: cancelling {main.cancelling()}')
    except ExceptionGroup as error:
        say(f'{len(error.exceptions)} error, cancelling {main.cancelling()}')
    await asyncio.sleep(0)
    say('nothing leaks out')


async def gh_128588_eager_member_fails_and_the_body_awaits(main):
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails(), eager_start=True)
            try:
                await forever()
            except asyncio.CancelledError:
                say(f'told at the first await: cancelling {main.cancelling()}')
                raise
    except ExceptionGroup as error:
        say(f'{len(error.exceptions)} error, cancelling {main.cancelling()}')


async def gh_97696_eager_task_is_the_current_one(main):
    async def look():
        say(f'inside: {asyncio.current_task() is not main}')
        await asyncio.sleep(0)
        say(f'later: {asyncio.current_task() is not main}')

    task = eager(look())
    say(f'back: {asyncio.current_task() is main}')
    await task


async def gh_97696_eager_task_cancelled_after_its_first_step(main):
    async def two_steps():
        say('one')
        await asyncio.sleep(0)
        say('two')

    task = eager(two_steps())
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        say('cancelled')


async def gh_104144_gather_of_what_ended_eagerly(main):
    async def quick():
        say('quick')

    gathered = asyncio.gather(eager(quick()), eager(quick()))
    say(f'done at once: {gathered.done()}')
    await gathered


async def gh_85071_cancelled_gather_does_not_say_so(main):
    task = asyncio.create_task(forever())
    gathered = asyncio.gather(task)
    await asyncio.sleep(0)
    say(f'cancel: {gathered.cancel()}')
    say(f'done: {gathered.done()}')
    try:
        await gathered
    except asyncio.CancelledError:
        say(f'cancelled: {gathered.cancelled()}, its member: {task.cancelled()}')


async def bpo_37703_gather_cancelled_after_it_failed(main):
    other = asyncio.create_task(forever())
    gathered = asyncio.gather(asyncio.create_task(fails()), other)
    try:
        await gathered
    except ValueError:
        say(f'cancel: {gathered.cancel()}')
        await asyncio.sleep(0)
        say(f'the other goes on: {not other.done()}')
    other.cancel()
    await asyncio.wait([other])


async def bpo_32684_gather_cancelled_when_all_have_ended(main):
    future = asyncio.get_running_loop().create_future()
    gathered = asyncio.gather(future)
    future.set_result(None)
    say(f'cancel: {gathered.cancel()}')
    await gathered
    say(f'cancelled: {gathered.cancelled()}')


async def bpo_45390_message_reaches_who_awaits(main):
    task = asyncio.create_task(forever())
    await asyncio.sleep(0)
    task.cancel('the user left')
    try:
        await task
    except asyncio.CancelledError as error:
        say(error.args[0])


async def bpo_45390_message_through_a_chain(main):
    async def middle(inner):
        await inner

    inner = asyncio.create_task(forever())
    outer = asyncio.create_task(middle(inner))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    outer.cancel('stop')
    try:
        await outer
    except asyncio.CancelledError as error:
        say(error.args[0])


async def gh_111693_latest_message_comes_out_of_a_condition(main):
    condition = asyncio.Condition()

    async def waiter():
        async with condition:
            await condition.wait()

    task = asyncio.create_task(waiter())
    await asyncio.sleep(0)
    await condition.acquire()
    task.cancel('in the wait')
    await asyncio.sleep(0)
    task.cancel('for the lock')
    await asyncio.sleep(0)
    condition.release()
    try:
        await task
    except asyncio.CancelledError as error:
        say(error.args[0])


async def gh_108042_getter_of_a_priority_queue_is_cancelled(main):
    queue = asyncio.PriorityQueue()

    async def getter(name):
        say(f'{name} got {await queue.get()}')

    a, b = [asyncio.create_task(getter(name)) for name in 'ab']
    await asyncio.sleep(0)
    queue.put_nowait(3)
    queue.put_nowait(1)
    a.cancel()
    await asyncio.wait([a, b])
    queue.put_nowait(2)
    say(f'left {await queue.get()} {await queue.get()}')


async def gh_83055_nowait_overtakes_in_a_lifo_queue(main):
    queue = asyncio.LifoQueue(1)
    queue.put_nowait(1)

    async def putter():
        await queue.put(2)
        say('put 2')

    task = asyncio.create_task(putter())
    await asyncio.sleep(0)
    say(f'got {queue.get_nowait()}')
    queue.put_nowait(3)
    try:
        queue.put_nowait(4)
    except asyncio.QueueFull:
        say('full')
    await asyncio.sleep(0)
    say(f'got {queue.get_nowait()}')
    await task
    say(f'got {queue.get_nowait()}')


async def run(race):
    print(f'== {race.__name__}')
    await race(asyncio.current_task())


RACES = [value for name, value in globals().items() if name.startswith(('gh_', 'bpo_'))]
asyncio._set_running_loop(None)  # pyodide's own
for race in RACES:
    loop = Loop()
    loop.set_exception_handler(lambda loop, context: None)
    loop.run_until_complete(run(race))
    loop.close()
