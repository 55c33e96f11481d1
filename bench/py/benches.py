# asyncio's side, for CPython and for Pyodide: run(name, n, depth, count) -> (value, check), as bench/c has it.
import asyncio
import gc
import time

now = time.perf_counter_ns


class Crowd:
    def __init__(self, n, count):
        self.n = self.left = n
        self.count = count
        self.check = 0

    async def begin(self, make):
        tasks = [asyncio.create_task(make(self)) for _ in range(self.n)]
        await asyncio.sleep(0)
        self.start = now()
        return tasks

    def arrive(self, check):
        self.check += check
        self.left -= 1
        if self.left == 0:
            self.end = now()

    @property
    def answer(self):
        return self.end - self.start, self.check


async def of_all(crowd, make):
    for task in await crowd.begin(make):
        await task
    return crowd.answer


async def yielder(crowd):
    await asyncio.sleep(0)
    for _ in range(crowd.count):
        await asyncio.sleep(0)
    crowd.arrive(crowd.count)


async def deep(crowd, depth):
    if depth > 1:
        return await deep(crowd, depth - 1)
    return await yielder(crowd)


async def bench_yield(n, depth, count):
    return await of_all(Crowd(n, count), yielder)


async def bench_await_depth(n, depth, count):
    return await of_all(Crowd(n, count), lambda crowd: deep(crowd, depth))


async def bench_spawn_await(n, depth, count):
    total = 0

    async def child():
        nonlocal total
        total += 1

    start = now()
    for _ in range(count):
        await asyncio.create_task(child())
    return now() - start, total


async def bench_gather(n, depth, count):
    total = 0

    async def member():
        nonlocal total
        await asyncio.sleep(0)
        total += 1

    start = now()
    for _ in range(count):
        await asyncio.gather(*[member() for _ in range(n)])
    return now() - start, total


async def bench_event(n, depth, count):
    crowd = Crowd(n, count)
    event = asyncio.Event()

    async def waiter(crowd):
        for _ in range(count):
            await event.wait()
        crowd.arrive(count)

    tasks = await crowd.begin(waiter)
    for _ in range(count):
        event.set()
        event.clear()
        await asyncio.sleep(0)
    for task in tasks:
        await task
    return crowd.answer


async def bench_lock(n, depth, count):
    lock = asyncio.Lock()

    async def locker(crowd):
        await asyncio.sleep(0)
        for _ in range(count):
            await lock.acquire()
            await asyncio.sleep(0)
            lock.release()
        crowd.arrive(count)

    return await of_all(Crowd(n, count), locker)


async def bench_queue(n, depth, count):
    queue = asyncio.Queue(1)
    check = 0

    async def produce():
        for _ in range(count):
            await queue.put(queue)

    start = now()
    producer = asyncio.create_task(produce())
    for _ in range(count):
        check += (await queue.get()) is queue
    await producer
    return now() - start, check


async def bench_sleep(n, depth, count):
    base, spread = 2 + int(n * 0.004), 10 + int(n * 0.001)
    value = check = 0
    for _ in range(count):
        numbers = iter(range(n))

        async def sleeper(crowd):
            delay = base + (next(numbers) * 2654435761 % 2**32 >> 8) % spread
            await asyncio.sleep(0)
            await asyncio.sleep(delay / 1000)
            crowd.arrive(1)

        crowd = Crowd(n, 1)
        tasks = await crowd.begin(sleeper)
        await asyncio.sleep(0)
        set_at = now()
        time.sleep((base + spread) / 1000)
        fire = now()
        for task in tasks:
            await task
        value += set_at - crowd.start + crowd.end - fire
        check += crowd.check
    return value, check


async def bench_cancel(n, depth, count):
    value = check = held = 0

    async def parked(crowd):
        nonlocal held
        held += 1
        try:
            await asyncio.sleep(3600)
        finally:
            held -= 1

    for _ in range(count):
        crowd = Crowd(n, 1)
        tasks = await crowd.begin(parked)
        for task in tasks:
            task.cancel("enough")
        for task in tasks:
            try:
                await task
            except asyncio.CancelledError:
                check += 1
        value += now() - crowd.start
    return value, check - held


async def bench_timeout(n, depth, count):
    check = 0
    start = now()
    for _ in range(count):
        async with asyncio.timeout(10):
            check += 1
    return now() - start, check


async def bench_abort_latency(n, depth, count):
    value = check = last_line = 0

    async def abortable():
        nonlocal last_line
        try:
            await asyncio.sleep(3600)
        finally:
            last_line = now()

    for _ in range(count):
        task = asyncio.create_task(abortable())
        await asyncio.sleep(0)
        start = now()
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            check += 1
        value += last_line - start
    return value, check


def resident():
    gc.collect()
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096


async def bench_memory(n, depth, count):
    before = resident()
    tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(n)]
    await asyncio.sleep(0)
    value = resident() - before
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return value, len(tasks)


async def run(name, n, depth, count):
    return await globals()["bench_" + name.replace("-", "_")](int(n), int(depth), int(count))
