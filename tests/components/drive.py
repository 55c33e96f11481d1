"""The component driven through its WIT world, in wasmtime, by Python: COMPONENT=x.wasm python drive.py"""
import os
import subprocess
import sys
import time
import unittest

import wasmtime
from wasmtime import component

INTERFACE = 'wasyncio:runtime/tasks@0.1.0'
ENGINE = wasmtime.Engine()
COMPONENT = component.Component.from_file(ENGINE, os.environ['COMPONENT'])


class World:
    """Each function of the interface, as a method."""

    def __init__(self, stderr=False):
        self.store = wasmtime.Store(ENGINE)
        config = wasmtime.WasiConfig()
        if stderr:
            config.inherit_stderr()
        self.store.set_wasi(config)
        linker = component.Linker(ENGINE)
        linker.add_wasip2()
        self.instance = linker.instantiate(self.store, COMPONENT)
        self.interface = self.instance.get_export_index(self.store, INTERFACE)

    def __getattr__(self, name):
        index = self.instance.get_export_index(self.store, name, self.interface)
        function = self.instance.get_func(self.store, index)

        def call(*args):
            result = function(self.store, *args)
            function.post_return(self.store)
            return result
        return call

    def finish(self, *tasks):
        """Turns until these have settled."""
        missing, end = set(tasks), time.monotonic() + 120
        while missing:
            assert time.monotonic() < end
            state = self.turn()
            missing -= set(state.settled)
            if missing and state.__dict__['next-ms']:
                time.sleep(state.__dict__['next-ms'] / 1000)


class Driven(unittest.TestCase):
    def test_values_cross_both_ways(self):
        world = World()
        for value in ('text: \N{SNOWMAN}', '', b'\0\1\2', b'', 0.5, 'x' * 100_000):
            task = world.spawn('echo', value)
            world.finish(task)
            self.assertEqual(world.look(task).output, value)
            self.assertIsNone(world.release(task))
        task = world.spawn('echo', None)
        world.finish(task)
        self.assertEqual((world.look(task).status, world.look(task).output), (77, None))

    def test_cancellation_arrives_with_its_reason_and_the_task_cleans_up(self):
        world = World()
        task, other = world.spawn('cleans_up', None), world.spawn('naps', 20.0)
        world.turn()
        before = world.look(task)
        self.assertEqual((before.state, before.status, before.cancelling), ('waiting', -14, 0))
        self.assertRegex(before.site, r'tasks\.c:\d+')
        self.assertIs(world.cancel(task, 'user left'), True)
        world.turn()
        self.assertEqual(world.look(task).state, 'waiting', 'it is cleaning up')
        world.finish(task, other)
        after = world.look(task)
        self.assertEqual((after.state, after.status, after.reason), ('done', -1, 'user left'))
        self.assertEqual((world.look(other).status, world.look(other).output), (0, 20.0))
        self.assertIs(world.cancel(task, ''), False)

    def test_a_computing_task_gives_the_host_its_turns(self):
        world = World()
        task = world.spawn('computes', None)
        for _ in range(3):
            start = time.process_time()  # which does not pass while another process has the processor
            state = world.turn()
            self.assertEqual((state.alive, state.__dict__['next-ms']), (1, 0.0))
            self.assertLess(time.process_time() - start, 0.5)
        world.cancel(task, 'enough')
        world.finish(task)
        self.assertEqual(world.look(task).status, -1)

    def test_many(self):
        world = World()
        tasks = [world.spawn('naps', 1e9 if i % 2 == 0 else 10.0) for i in range(1000)]
        world.turn()
        for task in tasks[::2]:
            self.assertIs(world.cancel(task, 'half'), True)
        world.finish(*tasks)
        self.assertEqual([world.look(task).status for task in tasks], [-1, 0] * 500)

    def test_what_is_no_utf_8_is_replaced(self):
        world = World()
        task, other = world.spawn('says_bytes', None), world.spawn('cancelled_by_bytes', None)
        world.finish(task, other)
        self.assertEqual(world.look(task).output, 'abc\ufffd\ufffd \N{SNOWMAN} \ufffd\ufffd\ufffd \ufffd \ufffd')
        self.assertEqual(world.look(other).reason, '\ufffd why')
        self.assertEqual(world.spawn('nobody \N{SNOWMAN}' + 'x' * 500, None)[:27], "no task is named 'nobody \N{SNOWMAN}x")

    def test_nothing_waits_for_what_the_world_does_not_have(self):
        world = World()
        asks, reads = world.spawn('asks', None), world.spawn('reads', None)
        world.finish(asks, reads)
        self.assertEqual(world.look(asks).output, "a component's host carries out no operations")
        self.assertEqual(world.look(reads).status, 10, 'the end of an empty stdin')

    def test_reports_are_lines_on_stderr(self):
        script = '''
import drive
world = drive.World(stderr=True)
tasks = [world.spawn('leaves_a_failure', None) for _ in range(3)]
world.finish(*tasks)
assert [world.release(task) for task in tasks] == [None] * 3
'''
        run = subprocess.run([sys.executable, '-c', script], capture_output=True, encoding='utf8', timeout=120,
                             cwd=os.path.dirname(os.path.abspath(__file__)))
        line = "wasyncio: task 'unloved \ufffd' failed with WA_EUSER, and nobody looked at it\n"
        self.assertEqual((run.returncode, run.stderr), (0, 3 * line))

    def test_a_release_that_is_refused_takes_no_handle(self):
        world = World()
        first = world.spawn('swallows', None)
        self.assertIsNone(world.release(first))
        second = world.spawn('swallows', None)
        self.assertEqual(second & 0x3fffff, first & 0x3fffff, 'it has the place of the first')
        self.assertIn('stale', world.release(first))
        world.turn()
        world.cancel(second, 'why')
        world.finish(second)  # and it is reported: it has swallowed the request
        self.assertEqual(world.look(second).status, 0)
        self.assertIsNone(world.release(second))

    def test_what_was_discarded_is_held_no_more(self):
        world = World()
        place = lambda task: task & 0x3fffff
        gone = [world.spawn('swallows', None) for _ in range(2)]
        self.assertEqual(world.discard(), 2)
        parent = world.spawn('has_a_glutton', None)
        world.finish(parent)  # the report of the child had the other place
        self.assertIsNone(world.release(parent))
        again = [world.spawn('swallows', None) for _ in range(2)]
        self.assertEqual(set(map(place, again)), set(map(place, gone)))

    def test_what_was_waited_for_and_discarded_is_polled_no_more(self):
        world = World()
        world.spawn('reads', None)
        world.turn()
        self.assertEqual(world.discard(), 1)
        self.assertIsNone(world.turn().__dict__['next-ms'])
        again = world.spawn('reads', None)
        world.finish(again)
        self.assertEqual(world.look(again).status, 10)

    def test_wrong_calls_get_a_sentence(self):
        world = World()
        self.assertEqual(world.spawn('nobody', 'x'), "no task is named 'nobody'")
        for call in (lambda: world.cancel(5, ''), lambda: world.look(5), lambda: world.release(5)):
            self.assertIn('stale', call())
        world.spawn('cleans_up', None)
        self.assertEqual((world.shutdown(), world.discard(), world.turn().alive), (1, 1, 0))


if __name__ == '__main__':
    unittest.main()
