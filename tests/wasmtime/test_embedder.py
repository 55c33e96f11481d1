"""The runtime driven from Python, in wasmtime: no JavaScript, no browser. PROGRAM=tasks.wasm python -m unittest."""
import math
import os
import random
import tempfile
import threading
import time
import unittest

from embedder import EAGER, ECANCELED, EMISUSE, EPENDING, OP_CANCELLED, OP_STARTED, Misuse, Runtime

PROGRAM = os.environ['PROGRAM']
ESTACK, ETRAP, EDISCARDED, EHOST = -10, -11, -12, -8


class Case(unittest.TestCase):
    def start(self, **options):
        self.rt = Runtime(PROGRAM, **options)
        return self.rt

    def assert_nothing_left(self):
        counts = self.rt.counts()
        counts.pop('bytes')
        self.assertEqual(counts, dict.fromkeys(counts, 0))

    def assert_refused(self, result, part):
        self.assertIn(result, (EMISUSE, 0))
        self.assertIn(part, self.rt.sentence())


class Life(Case):
    def test_values_cross_both_ways(self):
        rt = self.start()
        for value in ('text: \N{SNOWMAN}', '', b'\0\1\2', b'', 0.1, -math.inf, 'x' * 100_000):
            self.assertEqual(rt.finish(rt.spawn('echo', value)).value, value)
        outcome = rt.finish(rt.spawn('echo'))
        self.assertEqual((outcome.status, outcome.value), (77, None))
        self.assert_nothing_left()

    def test_tasks_are_listed_and_unknown_ones_are_not_found(self):
        rt = self.start()
        names = []
        while name := rt.text(rt.call('wax_entry', len(names))):
            names.append(name)
        self.assertIn('sleeper', names)
        with self.assertRaisesRegex(Misuse, 'no task is named nobody'):
            rt.spawn('nobody')

    def test_time_is_real(self):
        rt = self.start()
        start = time.monotonic()
        tasks = [rt.spawn('sleeper', ms) for ms in (60, 20, 40)]
        rt.run_until(*tasks)
        took = time.monotonic() - start
        self.assertTrue(0.055 < took < 1, took)
        order = [id for kind, id, _ in rt.events if kind == 1]
        self.assertEqual(order, [tasks[1], tasks[2], tasks[0]])

    def test_the_state_record_says_when_to_come_back(self):
        rt = self.start()
        self.assertEqual(rt.turn(), -1)
        task = rt.spawn('sleeper', 1000)
        next_ms = rt.turn()
        self.assertTrue(900 < next_ms <= 1000, next_ms)
        self.assertEqual(rt.alive, 1)
        rt.cancel(task)
        self.assertEqual(rt.turn(), -1)
        self.assertEqual(rt.alive, 0)

    def test_time_is_virtual_when_asked_for(self):
        rt = self.start(virtual=True)
        task = rt.spawn('sleeper', 3_600_000)
        rt.run_until(task)
        self.assertEqual(rt.call('wax_now'), 3_600_000)
        self.assertEqual(rt.call('wax_advance', 500.0), 0)
        self.assertEqual(rt.call('wax_now'), 3_600_500)
        self.assert_refused(rt.call('wax_advance', -1.0), 'wax_advance')

    def test_an_eager_task_runs_inside_the_spawn(self):
        rt = self.start()
        task = rt.spawn('echo', 5, flags=EAGER)
        self.assertEqual(rt.outcome(task).value, 5)
        rt.release(task)

    def test_output_is_wasi(self):
        with tempfile.NamedTemporaryFile() as out:
            rt = self.start(stdout=out.name)
            rt.finish(rt.spawn('prints', 'here'))
            with open(out.name) as lines:
                self.assertEqual(lines.read(), 'printed: here 2.500\n')


class Cancellation(Case):
    def test_it_arrives_with_its_reason(self):
        rt = self.start()
        task = rt.spawn('tells_why', label='patient')
        rt.turn()
        before = rt.outcome(task)
        self.assertEqual((before.state, before.status, before.cancelling), ('waiting', EPENDING, 0))
        self.assertEqual(before.name, 'patient')
        self.assertRegex(before.site, r'tasks\.c:\d+')
        self.assertEqual(rt.cancel(task, 'user left'), 1)
        self.assertGreaterEqual(rt.outcome(task).cancel_age, 0)
        self.assertEqual(rt.outcome(task).cancelling, 1)
        rt.turn()
        self.assertEqual(rt.outcome(task).state, 'waiting', 'it is cleaning up')
        outcome = rt.finish(task)
        self.assertEqual((outcome.status, outcome.cancelled, outcome.reason), (ECANCELED, True, 'user left'))
        self.assert_nothing_left()

    def test_before_the_first_step_the_body_never_runs(self):
        rt = self.start()
        task = rt.spawn('sleeper', 1000)
        rt.cancel(task)
        self.assertTrue(rt.finish(task).cancelled)
        self.assertEqual(rt.finish(rt.spawn('cleanup_count')).status, 0)

    def test_ten_thousand_at_once(self):
        rt = self.start()
        why = rt.lend('all of you')
        sizes = []
        for round in range(3):
            tasks = [rt.spawn('sleeper', 1e6) for _ in range(10_000)]
            while rt.counts()['timers'] < 10_000:
                rt.turn()
            self.assertEqual({rt.call('wax_cancel', task, why) for task in tasks}, {1})
            while rt.counts()['tasks']:
                rt.turn()
            for task in tasks[::100] if round else tasks:
                outcome = rt.outcome(task)
                if (outcome.status, outcome.reason) != (ECANCELED, 'all of you'):
                    self.fail(f'{task}: {outcome}')
            for task in tasks:
                rt.release(task)
            self.assert_nothing_left()
            sizes.append(rt.memory.size(rt.store))
        self.assertEqual(rt.finish(rt.spawn('cleanup_count')).status, 30_000)
        self.assertEqual(sizes[1], sizes[2], 'a later round takes no more memory')

    def test_a_computing_task_gives_the_host_its_turns(self):
        rt = self.start(budget_ms=5.0)
        task = rt.spawn('computes')
        for _ in range(4):
            start = time.monotonic()
            self.assertEqual(rt.turn(), 0)
            self.assertLess(time.monotonic() - start, 0.1)
        asked = time.monotonic()
        rt.cancel(task, 'enough')
        self.assertEqual(rt.finish(task).reason, 'enough')
        self.assertLess(time.monotonic() - asked, 0.1)

    def test_swallowed_is_reported(self):
        rt = self.start()
        task = rt.spawn('swallows', label='glutton')
        rt.turn()
        rt.cancel(task)
        self.assertEqual(rt.finish(task).status, 0)
        self.assertEqual([(report['kind'], report['name']) for report in rt.reports()], [('swallowed', 'glutton')])

    def test_shutdown_and_discard(self):
        rt = self.start()
        rt.call('wax_limits', 0.0, 20.0)
        obeys, ignores = rt.spawn('tells_why'), rt.spawn('stubborn', label='mule')
        rt.turn()
        self.assertEqual(rt.call('wax_shutdown'), 2)
        self.assertEqual(rt.call('wax_shutdown'), 0)
        rt.run_until(obeys)
        end = time.monotonic() + 0.1
        while time.monotonic() < end:
            time.sleep(max(rt.turn(), 0) / 1000)
        self.assertEqual([(report['kind'], report['name']) for report in rt.reports()], [('ungraceful', 'mule')])
        self.assertEqual(rt.alive, 1)
        self.assertEqual(rt.call('wax_discard'), 1)
        self.assert_nothing_left()
        self.assertLess(rt.counts()['bytes'], 4096, 'what is left are the tables of handles and events')
        self.assert_refused(rt.call('wax_info', ignores), 'stale')


class Operations(Case):
    def asked(self):
        return [(id, payload) for kind, id, payload in self.rt.events if kind == OP_STARTED]

    def test_the_embedder_answers(self):
        rt = self.start()
        first, second = rt.spawn('asks', 'one?'), rt.spawn('asks', 'two?')
        rt.turn()
        (id1, op1), (id2, op2) = self.asked()
        self.assertEqual((op1['name'], op1['value'], op1['task']), ('ask', 'one?', first))
        self.assertEqual(op2['task'], second)
        rt.settle(id2, 0, 'two!')
        rt.settle(id1, EHOST, 'no one')
        self.assertEqual(rt.finish(second).value, 'two!')
        self.assertEqual(rt.finish(first).value, 'no one')
        self.assert_nothing_left()

    def test_a_cancelled_task_cancels_its_operation_and_a_late_answer_is_void(self):
        rt = self.start()
        task = rt.spawn('asks', 'why?')
        rt.turn()
        [(id, _)] = self.asked()
        rt.cancel(task, 'never mind')
        self.assertEqual(rt.finish(task).reason, 'never mind')
        self.assertEqual([(id, why) for kind, id, why in rt.events if kind == OP_CANCELLED], [(id, 'never mind')])
        with self.assertRaises(Misuse):
            rt.settle(id, 0, 'late')
        self.assert_nothing_left()

    def test_futures_and_timers_of_the_embedder(self):
        rt = self.start()
        future, timer = rt.call('wax_future'), rt.call('wax_timer', 20.0)
        rt.settle(future, 0, 'by hand')
        self.assertEqual(rt.finish(future).value, 'by hand')
        self.assertEqual(rt.finish(timer).status, 0)
        cancelled = rt.call('wax_future')
        rt.cancel(cancelled, 'gone')
        self.assertEqual(rt.finish(cancelled).reason, 'gone')
        self.assert_nothing_left()


class Traps(Case):
    def among_others(self, name, value, status, kind, **options):
        rt = self.start()
        others = [rt.spawn('sleeper', 30) for _ in range(3)]
        bad = rt.spawn(name, value, label='bad', **options)
        outcome = rt.finish(bad)
        self.assertEqual(outcome.status, status)
        rt.run_until(*others)
        self.assertEqual([rt.outcome(task).status for task in others], [0, 0, 0])
        for task in others:
            rt.release(task)
        self.assertEqual([(report['kind'], report['name']) for report in rt.reports()], [(kind, 'bad')])
        self.assertEqual(len(rt.recovered), 1)
        self.assert_nothing_left()

    def test_a_trap_ends_its_task_alone(self):
        self.among_others('traps', 5, ETRAP, 'trap')

    def test_a_stack_overflow_names_task_size_and_option(self):
        self.among_others('crawl', 5000, ESTACK, 'stack')
        self.assertTrue(self.rt.reports()[0]['text'].startswith(
            "task 'bad': stack overflow, 16384 bytes, give it more with stackSize (stack_size in C)"))
        self.assertEqual(self.rt.finish(self.rt.spawn('crawl', 5000, stack_size=1 << 20)).status, 5001)

    def test_the_end_of_the_engines_stack(self):
        self.among_others('endless', None, ESTACK, 'stack')

    def test_a_loop_without_checkpoints_is_interrupted_by_the_engine(self):
        rt = self.start()
        sleeper, hog = rt.spawn('sleeper', 10), rt.spawn('never_looks', label='hog')
        timer = threading.Timer(0.1, rt.engine.increment_epoch)
        timer.start()
        self.assertEqual(rt.finish(hog).status, ETRAP)
        self.assertEqual(rt.finish(sleeper).status, 0)
        timer.join()

    def test_many_traps_leave_nothing(self):
        rt = self.start()
        tasks = [rt.spawn('traps', i % 3) for i in range(30)] + [rt.spawn('crawl', 5000) for _ in range(30)]
        rt.run_until(*tasks)
        self.assertEqual([rt.outcome(task).status for task in tasks], [ETRAP] * 30 + [ESTACK] * 30)
        for task in tasks:
            rt.release(task)
        self.assert_nothing_left()


class Misuses(Case):
    def test_stale_and_forged_handles(self):
        rt = self.start()
        stale = rt.spawn('echo', 1)
        rt.finish(stale)
        again = rt.spawn('sleeper', 1000)
        for handle in (0, stale, 12345, 1 << 22, 0xffffffff, again ^ (1 << 23)):
            for name, rest in (('wax_cancel', (0,)), ('wax_uncancel', ()), ('wax_info', ()), ('wax_release', ()),
                               ('wax_settle', (0, 0, 0, 0, 0.0))):
                self.assert_refused(rt.call(name, handle, *rest), f'handle {handle} is stale or was never given')
        self.assertEqual(rt.outcome(again).cancelling, 0)
        rt.cancel(again)
        self.assertTrue(rt.finish(again).cancelled)

    def test_what_is_not_the_embedders_to_settle(self):
        rt = self.start()
        task, future = rt.spawn('sleeper', 1), rt.call('wax_future')
        self.assert_refused(rt.call('wax_settle', task, 0, 0, 0, 0, 0.0), "not the host's")
        self.assert_refused(rt.call('wax_settle', future, 3, 0, 0, 0, 0.0), 'status is 3')
        rt.settle(future, 0)
        self.assert_refused(rt.call('wax_settle', future, 0, 0, 0, 0, 0.0), 'done')
        self.assert_refused(rt.call('wax_uncancel', future), 'not a task')

    def test_pointers_that_are_none(self):
        rt = self.start()
        end = rt.memory.data_len(rt.store)
        entry = rt.entry('echo')
        for pointer in (1, 8, end - 8, end, end + 8, 0xfffffff8):
            self.assert_refused(rt.call('wax_free', pointer), 'wax_alloc')
            self.assert_refused(rt.call('wax_spawn', entry, 1, pointer, 4, 0.0, 0, 0, 0), 'wax_alloc')
            self.assert_refused(rt.call('wax_spawn', pointer, 0, 0, 0, 0.0, 0, 0, 0), 'entry')
        self.assert_refused(rt.call('wax_find', 0xfffffff8), 'does not end inside the memory')
        self.assert_refused(rt.call('wax_spawn', entry, 7, 0, 0, 0.0, 0, 0, 0), 'type')
        self.assert_refused(rt.call('wax_spawn', entry, 0, 0, 0, 0.0, 0, 100, 0), 'stack_size is 100')
        self.assert_refused(rt.call('wax_alloc', 0xfffffff0), 'no memory')
        self.assert_refused(rt.call('wax_timer', -1.0), 'wax_timer')
        self.assert_refused(rt.call('wax_timer', math.nan), 'wax_timer')
        self.assert_refused(rt.call('wax_limits', -1.0, 0.0), 'wax_limits')
        self.assert_nothing_left()

    def test_calls_from_inside_a_turn(self):
        results = {}

        def called(rt):
            state = rt.call('wax_turn')
            results['turn'] = rt.read(state + 20, '<i')[0]
            results['spawn'] = rt.call('wax_spawn', 0, 0, 0, 0, 0.0, 0, 0, 0)
            for name, arguments in (('wax_cancel', (handle, 0)), ('wax_release', (handle,)), ('wax_shutdown', ()),
                                    ('wax_discard', ()), ('wax_init', (0, 0.0, 0)), ('wax_future', ()),
                                    ('wax_settle', (handle, 0, 0, 0, 0, 0.0)), ('wax_uncancel', (handle,))):
                results[name] = rt.call(name, *arguments)
            results['sentence'] = rt.sentence()

        rt = self.start(called=called)
        handle = rt.spawn('calls_back')
        self.assertEqual(rt.finish(handle).status, 0)
        self.assertIn('in the middle of a turn', results.pop('sentence'))
        self.assertTrue(results)
        self.assertEqual({name for name, result in results.items() if result not in (0, EMISUSE)}, set())
        self.assertEqual(results['turn'], EMISUSE)
        self.assert_nothing_left()

    def test_init_twice(self):
        rt = self.start()
        rt.spawn('sleeper', 1)
        self.assert_refused(rt.call('wax_init', 0, 0.0, 0), 'wa_configure: tasks exist already')

    def test_no_number_makes_it_trap(self):
        rt = self.start(virtual=True)
        rng = random.Random(1)
        handles = [0, 1 << 22, 0xffffffff]
        entries = [rt.entry(name) for name in ('echo', 'sleeper', 'stubborn', 'asks')] + [0, 7]
        shapes = {name: [str(type) for type in rt.functions[name].type(rt.store).params]
                  for name in rt.functions if name.startswith('wax_')}
        for _ in range(10_000):
            name = rng.choice(list(shapes))
            arguments = []
            for type in shapes[name]:
                if type == 'f64':
                    arguments.append(rng.choice([0.0, 1.0, 1e300, -1.0, math.nan, math.inf, 0.5]))
                else:
                    arguments.append(rng.choice(
                        [0, 1, 2, 3, 5, rng.choice(handles), rng.getrandbits(16), rng.getrandbits(32)]))
            if name == 'wax_spawn':
                arguments[0] = rng.choice(entries)
                arguments[-1] &= EAGER
            if name == 'wax_alloc':
                arguments[0] = rng.choice([0, 1, 100, 0xffffffff, 0x80000000])
            if name == 'wax_init':
                arguments[0] |= 1
            result = rt.call(name, *arguments)
            if name in ('wax_spawn', 'wax_future', 'wax_timer', 'wax_next_task') and result:
                handles = (handles + [result])[-40:]
        rt.call('wax_turn')
        rt.call('wax_discard')


if __name__ == '__main__':
    unittest.main()
