"""wasyncio: C tasks in a wasm, run and cancelled from Python, in wasmtime.

    from wasyncio import Program

    program = Program('tasks.wasm')                     # compiled once, for any number of runtimes
    with program.start(host={'ask': answer}) as runtime:
        task = runtime.spawn('crawl', 'https://example.org', timeout=30, name='crawler')
        runtime.run(task)                               # turns, and sleeps between them, until it is done
        print(task.result())                            # or raises: TimeoutError, CancelledError, TaskError ...

Times are seconds, as in asyncio. A runtime belongs to the thread that started it. Two calls may come from any other
thread, or from a signal handler, also while C computes: Task.cancel and Runtime.call_soon_threadsafe.
"""
from .errors import (CancelledError, ClosedError, GroupError, InterruptedTaskError, LoadError, MisuseError,
                     StackOverflowError, TaskError, TimeoutError, TrapError, WasyncioError, status_name)
from .program import Program
from .runtime import Report, Runtime
from .task import Task

__all__ = [
    'Program', 'Runtime', 'Task', 'Report', 'status_name',
    'WasyncioError', 'LoadError', 'MisuseError', 'ClosedError', 'TimeoutError', 'CancelledError', 'TaskError',
    'StackOverflowError', 'TrapError', 'InterruptedTaskError', 'GroupError',
]
