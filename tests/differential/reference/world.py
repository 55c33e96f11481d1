"""One run of a scenario, from main's spawning to the final states. `run_text(text)` gives the traces of a file."""

import asyncio

from body import Body
from language import parse
from loop import Deadlock, VirtualLoop
from outcomes import outcome, state_of

MAKE = {
    'future': lambda world: world.loop.create_future(),
    'event': lambda world: asyncio.Event(),
    'lock': lambda world: asyncio.Lock(),
    'semaphore': lambda world, count: asyncio.Semaphore(int(count)),
    'queue': lambda world, most: asyncio.Queue(int(most)),
    'condition': lambda world, lock: asyncio.Condition(world.names[lock]),
    'barrier': lambda world, parties: asyncio.Barrier(int(parties)),
}


class World:
    """What the names of a scenario stand for, the tasks it spawned, and its trace."""

    def __init__(self, scenario):
        self.bodies = scenario.bodies
        self.loop = VirtualLoop()
        self.names = {}
        self.tasks = []
        self.trace = [f'== {scenario.name}']
        for kind, name, args in scenario.objects:
            self.names[name] = MAKE[kind](self, *args)

    def say(self, text):
        if self.loop.is_closed():
            raise GeneratorExit  # a body that is being unwound goes no further than to its next line
        self.trace.append(f'{self.loop.now} {text}')

    def spawn(self, slot, body, create):
        task = create(Body(self, slot).run(self.bodies[body]))
        self.names[slot] = task
        self.tasks.append((slot, task))
        return task

    def complete(self, future):
        """Runs the loop until the future is done; tells whether it came to that."""
        try:
            self.loop.run_until_complete(future)
        except Deadlock:
            self.say('deadlock')
            return False
        except BaseException as error:
            outcome(error)  # the trace tells it already; an error without an outcome is a fault of this program
        return True

    def run(self):
        if self.complete(self.spawn('main', 'main', self.loop.create_task)):
            left = [task for _, task in self.tasks if not task.done()]
            if left:
                self.say(f'shutdown {len(left)}')
                for task in left:
                    task.cancel()
                self.complete(asyncio.gather(*left, return_exceptions=True))
        self.trace += [f'final {slot} {state_of(task)}' for slot, task in self.tasks]
        return '\n'.join(self.trace) + '\n'

    def close(self):
        """Unwinds what is still suspended: left to the collector, it would unwind in the midst of another scenario."""
        self.loop.close()
        for _, task in self.tasks:
            while not task.done() and task.get_coro().cr_frame:
                try:
                    task.get_coro().close()
                except BaseException:
                    pass  # a clean-up of asyncio's own waited once more, or asked the closed loop for something


def run_text(text):
    traces = []
    for scenario in parse(text):
        world = World(scenario)
        traces.append(world.run())
        world.close()
    return ''.join(traces)
