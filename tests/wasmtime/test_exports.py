"""The exports of docs/abi.md themselves: what a host in any language gets for a wrong call."""
import math
import struct
import unittest

from case import Case

EMISUSE = -4
EAGER = 1


class Misuses(Case):
    def start(self, **options):
        super().start(**options)
        self.call = self.rt.guest.call
        return self.rt

    def assert_refused(self, result, part):
        self.assertIn(result, (EMISUSE, 0))
        self.assertIn(part, self.rt.guest.sentence())

    def raw(self, entry='echo'):
        """A task whose handle the host module knows nothing of."""
        return self.call('wax_spawn', self.rt.guest.entry(entry), 3, 0, 0, 1000.0, 0, 0, 0)

    def test_stale_and_forged_handles(self):
        self.start()
        stale = self.raw()
        self.rt.turn()
        self.assertEqual(self.call('wax_release', stale), 0)
        again = self.raw('sleeper')
        for handle in (0, stale, 12345, 1 << 22, 0xffffffff, again ^ (1 << 23)):
            for name, rest in (('wax_cancel', (0,)), ('wax_uncancel', ()), ('wax_info', ()), ('wax_release', ()),
                               ('wax_settle', (0, 0, 0, 0, 0.0))):
                self.assert_refused(self.call(name, handle, *rest), f'handle {handle} is stale or was never given')
        self.assertEqual(self.call('wax_cancel', again, 0), 1)
        self.rt.turn()
        self.assertEqual(self.call('wax_release', again), 0)
        self.assert_nothing_left()

    def test_what_is_not_the_hosts_to_settle(self):
        self.start()
        task, future = self.raw('sleeper'), self.call('wax_future')
        self.assert_refused(self.call('wax_settle', task, 0, 0, 0, 0, 0.0), "not the host's")
        self.assert_refused(self.call('wax_settle', future, 3, 0, 0, 0, 0.0), 'status is 3')
        self.assertEqual(self.call('wax_settle', future, 0, 0, 0, 0, 0.0), 0)
        self.assert_refused(self.call('wax_settle', future, 0, 0, 0, 0, 0.0), 'done')
        self.assert_refused(self.call('wax_uncancel', future), 'not a task')

    def test_pointers_that_are_none(self):
        rt = self.start()
        end = rt.guest.memory.data_len(rt.guest.store)
        entry = rt.guest.entry('echo')
        for pointer in (1, 8, end - 8, end, end + 8, 0xfffffff8):
            self.assert_refused(self.call('wax_free', pointer), 'wax_alloc')
            self.assert_refused(self.call('wax_spawn', entry, 1, pointer, 4, 0.0, 0, 0, 0), 'wax_alloc')
            for flags in range(4):
                self.assert_refused(self.call('wax_spawn', pointer, 0, 0, 0, 0.0, 0, 0, flags), 'entry')
        self.assert_refused(self.call('wax_find', 0xfffffff8), 'does not end inside the memory')
        self.assert_refused(self.call('wax_spawn', entry, 7, 0, 0, 0.0, 0, 0, 0), 'type')
        self.assert_refused(self.call('wax_spawn', entry, 0, 0, 0, 0.0, 0, 100, 0), 'stack_size is 100')
        self.assert_refused(self.call('wax_alloc', 0xfffffff0), 'no memory')
        self.assert_refused(self.call('wax_timer', -1.0), 'wax_timer')
        self.assert_refused(self.call('wax_timer', math.nan), 'wax_timer')
        for limits in ((-1.0, 0.0), (math.nan, 0.0), (1.0, -1.0), (1.0, math.nan)):
            self.assertEqual(self.call('wax_limits', *limits), EMISUSE)
            self.assert_refused(EMISUSE, 'wax_limits: the times')
        self.assert_nothing_left()

    def test_a_small_number_is_no_place_of_the_table(self):
        self.start()
        blocks = [self.call('wax_alloc', 8) for _ in range(9)]
        for block in (blocks[8], blocks[0]):
            self.assertEqual(self.call('wax_free', block), 0)
        for number in range(8, 256, 8):
            self.assert_refused(self.call('wax_free', number), 'wax_alloc')
        again = [self.call('wax_alloc', 8) for _ in range(3)]
        for block in again + blocks[1:8]:
            self.assertEqual(self.call('wax_free', block), 0)
        self.assert_nothing_left()

    def test_calls_from_inside_a_turn(self):
        results = {}

        def called(rt):
            state = self.call('wax_turn')
            results['turn'] = int.from_bytes(rt.guest.bytes(state + 20, 4), 'little', signed=True)
            data = rt.guest.own(b'lost')
            results['spawn'] = self.call('wax_spawn', 0, 1, data, 4, 0.0, 0, 0, 0)
            for name, arguments in (('wax_cancel', (handle, 0)), ('wax_release', (handle,)), ('wax_shutdown', ()),
                                    ('wax_discard', ()), ('wax_init', (0, 0.0, 0)), ('wax_future', ()),
                                    ('wax_settle', (handle, 0, 0, 0, 0, 0.0)), ('wax_uncancel', (handle,))):
                results[name] = self.call(name, *arguments)
            results['sentence'] = rt.guest.sentence()

        rt = self.start(called=called)
        handle = self.raw('sleeper')
        task = rt.spawn('calls_back')
        rt.run(task)
        self.assertEqual(task.status, 0)
        self.assertIn('in the middle of a turn', results.pop('sentence'))
        self.assertEqual({name for name, result in results.items() if result not in (0, EMISUSE)}, set())
        self.assertEqual(results['turn'], EMISUSE)
        self.assertEqual(self.call('wax_cancel', handle, 0), 1)
        rt.turn()
        self.assertEqual(self.call('wax_release', handle), 0)
        self.assert_nothing_left()

    def test_times_beyond_all_time(self):
        rt = self.start(virtual_clock=True, budget=1e300, grace=1e300, stall_after=1e300)
        task = rt.spawn('waits')
        rt.turn()
        task.cancel()
        for ms in (1e300, math.inf, 9e18):
            self.assertEqual(self.call('wax_advance', ms), 0)
            self.assertGreater(self.call('wax_now'), 0)
        rt.run(task, timeout=60)
        self.assertTrue(task.cancelled())

    def test_a_turn_ends_when_it_has_many_events_to_tell(self):
        """However long it may take."""
        rt = self.start(virtual_clock=True, budget=1e300)
        tasks = [self.raw() for _ in range(6000)]
        told = []
        while sum(told) < len(tasks):
            state = self.call('wax_turn')
            told.append(int.from_bytes(rt.guest.bytes(state + 12, 4), 'little'))
        self.assertEqual(told, [4097, 1903])
        for task in tasks:
            self.call('wax_release', task)
        self.assert_nothing_left()

    def test_how_long_ago_a_task_was_cancelled(self):
        """Since the first request; -1 before it, when all are taken back, and at the end."""
        self.start(virtual_clock=True)

        def age(handle):
            return struct.unpack('<d', self.rt.guest.bytes(self.call('wax_info', handle) + 48, 8))[0]

        task = self.raw('waits')
        self.rt.turn()
        self.assertEqual(age(task), -1)
        self.call('wax_cancel', task, 0)
        self.assertEqual(age(task), 0)
        self.call('wax_advance', 3.0)
        self.call('wax_cancel', task, 0)
        self.call('wax_advance', 4.0)
        for _ in range(2):
            self.assertEqual(age(task), 7)
            self.call('wax_uncancel', task)
        self.assertEqual(age(task), -1)
        self.call('wax_cancel', task, 0)
        self.assertEqual(age(task), 0)
        self.rt.turn()
        self.call('wax_advance', 3.0)
        self.assertEqual(age(task), -1)
        self.assertEqual(self.call('wax_release', task), 0)
        self.assert_nothing_left()

    def test_init_twice(self):
        self.start()
        self.raw('sleeper')
        self.assert_refused(self.call('wax_init', 0, 0.0, 0), 'wa_configure: tasks exist already')


if __name__ == '__main__':
    unittest.main()
