"""The Python host module: how tasks end, and what is said about it."""
import contextlib
import gc
import time
import unittest

import wasmtime
import wasyncio
from case import Case

ESTACK, ETRAP, EDISCARDED, ECANCELED, EPENDING = -10, -11, -12, -1, -14


class Cancellation(Case):
    def test_it_arrives_with_its_reason(self):
        rt = self.start()
        task = rt.spawn('tells_why', name='patient')
        rt.turn()
        self.assertTrue(task.cancel('user left'))
        self.assertEqual((task.cancelling(), task.reason), (1, 'user left'))
        rt.turn()
        self.assertEqual(task.state, 'waiting', 'it is cleaning up')
        rt.run(task)
        self.assertEqual((task.status, task.cancelled(), task.reason), (ECANCELED, True, 'user left'))
        with self.assertRaisesRegex(wasyncio.CancelledError, "'patient' was cancelled: user left") as caught:
            task.result()
        self.assertEqual(caught.exception.reason, 'user left')
        self.assertFalse(task.cancel())
        self.assert_nothing_left()

    def test_the_sentence_of_a_wrong_call_names_its_task_once(self):
        rt = self.start()
        for name in 's', 'x' * 100, '漢' * 100, '🎈' * 100:  # the sentence has the beginning of a long one
            task = rt.spawn('sleeps_wrongly', name=name)
            rt.run(task, timeout=5)
            with self.assertRaisesRegex(wasyncio.TaskError, rf"^task '{name}' ended with WA_EMISUSE: wa_sleep: t is -1 ns;"):
                task.result()
        self.assert_nothing_left()

    def test_one_that_returns_the_status_of_what_is_pending_is_done(self):
        rt = self.start()
        task = rt.spawn('ends_as_if_pending', name='p')
        rt.run(task, timeout=5)
        self.assertEqual((task.done(), task.state, task.status), (True, 'done', EPENDING))
        with self.assertRaisesRegex(wasyncio.TaskError, "task 'p' ended with WA_EPENDING"):
            task.result()
        self.assert_nothing_left()

    def test_uncancel(self):
        rt = self.start()
        task = rt.spawn('sleeper', 10)
        rt.turn()
        task.cancel()
        self.assertEqual(task.uncancel(), 0)
        rt.run(task)
        self.assertTrue(task.cancelled(), 'the await was cancelled already')

    def test_before_the_first_step_the_body_never_runs(self):
        rt = self.start()
        task = rt.spawn('sleeper', 1000)
        task.cancel()
        rt.run(task)
        self.assertTrue(task.cancelled())
        self.assertEqual(self.finish('cleanup_count').status, 0)

    def test_a_deadline(self):
        rt = self.start()
        late, soon = rt.spawn('sleeper', 5000, timeout=0.02), rt.spawn('echo', 1, timeout=60)
        never = rt.spawn('echo', timeout=0)
        rt.run(late, soon, never)
        with self.assertRaisesRegex(TimeoutError, r'timed out after 0.02 s \(at tasks.c:\d+\)'):
            late.result()
        self.assertEqual(soon.result(), 1)
        self.assertIsInstance(never.exception(), wasyncio.TimeoutError)
        self.assert_nothing_left()

    def test_one_that_sees_the_request_by_itself(self):
        rt = self.start()
        late, told = rt.spawn('looks', timeout=0.01), rt.spawn('looks')
        rt.turn()
        told.cancel('user left')
        rt.run(late, told)
        self.assertIsInstance(late.exception(), wasyncio.TimeoutError)
        self.assertEqual((told.cancelled(), told.reason, told.exception().reason), (True, 'user left', 'user left'))
        self.assert_nothing_left()

    def test_a_deadline_before_the_end_comes_first_however_late_the_turn(self):
        rt = self.start()
        late, early = rt.spawn('sleeper', 20, timeout=0.01), rt.spawn('sleeper', 20, timeout=0.03)
        rt.turn()
        time.sleep(0.05)
        rt.run(late, early)
        self.assertIsInstance(late.exception(), wasyncio.TimeoutError)
        self.assertEqual(early.result(), 0)

    def test_swallowed_is_reported(self):
        rt = self.start()
        task = rt.spawn('swallows', name='glutton')
        rt.turn()
        task.cancel()
        rt.run(task)
        self.assertEqual(task.status, 0)
        self.assert_reports(('swallowed', 'glutton'))

    def test_close_ends_what_ignores_it(self):
        rt = self.start(grace=0.3)
        obeys, ignores = rt.spawn('tells_why'), rt.spawn('stubborn', name='mule')
        rt.turn()
        self.assertEqual(rt.close(grace=1), 1)
        self.assertEqual((obeys.status, ignores.status), (ECANCELED, EDISCARDED))
        self.assertEqual(ignores.name, 'mule')
        self.assertRegex(str(ignores.exception()), r"^task 'mule' ended with WA_EDISCARDED: .* \(at tasks\.c:\d+\)$")
        self.assert_reports(('ungraceful', 'mule'))
        self.assertEqual(rt.close(), 0)

    def test_close_is_not_for_a_request(self):
        rt = self.start()
        task = rt.spawn('sleeper', 1)
        refused = []

        def closes():
            try:
                rt.close()
            except wasyncio.MisuseError as error:
                refused.append(str(error))
        rt.call_soon_threadsafe(closes)
        rt.run(task, timeout=60)
        self.assertEqual(refused, ['close: called from a function that the runtime called'])
        self.assertEqual(task.status, 0)

    def test_a_listener_that_raises_keeps_no_event_from_being_heard_of(self):
        rt = self.start(grace=0.2)
        def listens(report):
            raise KeyError(report.kind)
        rt._on_report = listens
        tasks = [rt.spawn('swallows') for _ in range(2)]
        rt.turn()
        for task in tasks:
            task.cancel('why')
        with self.assertRaises(KeyError):
            while True:
                rt.run(*tasks, timeout=60)
        rt.run(*tasks, timeout=60)
        rt.spawn('stubborn')
        rt.turn()
        with self.assertRaises(KeyError):
            rt.close(grace=0.5)
        self.assertEqual(rt.close(), 0)

    def test_an_error_of_the_programs_own(self):
        self.start()
        task = self.finish('fails', 7, name='seven')
        with self.assertRaisesRegex(wasyncio.TaskError, r"task 'seven' ended with WA_EUSER \(-1007\)") as caught:
            task.result()
        self.assertEqual((caught.exception.status, caught.exception.status_name), (-1007, 'WA_EUSER'))
        self.assert_reports()

    def test_the_errors_of_a_groups_members(self):
        def lookup(_):
            raise LookupError('no such \N{SNOWMAN}')
        self.start(host={'lookup': lookup})
        error = self.finish('members_fail', 'lookup', name='g').exception()
        self.assertIsInstance(error, wasyncio.GroupError)
        said = [(type(member), str(member).partition(' ended with ')[2]) for member in error.errors]
        self.assertEqual(said[:2] + said[3:], [
            (wasyncio.TaskError, 'WA_EUSER (-1009)'),
            (wasyncio.TaskError, 'WA_EHOST: no such \N{SNOWMAN}'),
            (wasyncio.TimeoutError, 'WA_ETIMEDOUT'),
        ])
        self.assertRegex(said[2][1], r"^WA_EMISUSE: task 'task-\d+': wa_sleep: t is -1 ns;")
        self.assertRegex(str(error), r"^task 'g' ended with WA_EGROUP \(at .*tasks\.c:\d+\): "
                                     r"a member of task 'g' ended with WA_EUSER \(-1009\)$")
        self.assert_nothing_left()

    def test_what_nobody_looks_at_is_reported(self):
        self.start()
        self.finish('fails', 1, name='lonely')
        self.assert_reports(('unseen', 'lonely'))

    def test_who_asks_before_the_end_has_not_looked(self):
        for asks in (False, True):
            with self.subTest(asks=asks):
                rt = self.start(virtual_clock=True)
                task = rt.spawn('fails_later', 1, name='lonely')
                rt.spawn('leaves_a_failure')
                rt.turn()
                if asks:
                    child = rt.tasks()[1]
                    self.assertEqual([(one.status, one.cancelled()) for one in (task, child)], [(EPENDING, False)] * 2)
                    del child
                rt.run(timeout=60)
                del task
                rt.turn()
                self.assertEqual(sorted(report.task for report in self.reports), ['lonely', 'unloved'])
                self.assertEqual({report.kind for report in self.reports}, {'unseen'})
                self.assert_nothing_left()

    def test_a_failure_of_cs_own_is_told_once_whoever_holds_its_task(self):
        def looks(child):
            self.assertEqual((child.name, child.state, child.status), ('unloved', 'waiting', EPENDING))
        for held, before, after, told in [
            ('only', None, None, ['unloved']),
            ('asked while it ran', looks, None, ['unloved']),
            ('looked at', None, lambda child: self.assertEqual(child.status, -1005), []),
            ('closed', None, lambda child: self.rt.close(), ['unloved']),
        ]:
            with self.subTest(held):
                rt = self.start(virtual_clock=True)
                rt.spawn('leaves_a_failure')
                rt.turn()
                child = rt.tasks()[0]
                if before:
                    before(child)
                rt.run(timeout=60)
                if after:
                    after(child)
                del child
                gc.collect()
                if held != 'closed':
                    rt.turn()
                    self.assert_nothing_left()
                self.assertEqual([report.task for report in self.reports], told)

    def test_a_failure_that_its_parent_has_seen_is_told_of_no_held_task(self):
        rt = self.start(virtual_clock=True)
        parent = rt.spawn('forgives')
        rt.turn()
        tasks = rt.tasks()
        rt.run(parent)
        del tasks
        gc.collect()
        rt.turn()
        self.assert_reports()
        self.assert_nothing_left()


class Traps(Case):
    def among_others(self, error, kind, *args, guard=60, **options):
        rt = self.start(guard=guard)
        others = [rt.spawn('sleeper', 30) for _ in range(3)]
        bad = rt.spawn(*args, name='bad', **options)
        rt.run(bad, *others, timeout=120)
        self.assertIs(type(bad.exception()), error)
        self.assertEqual([task.result() for task in others], [0, 0, 0])
        self.assert_reports((kind, 'bad'))
        self.assert_nothing_left()
        return bad.exception()

    def test_a_trap_ends_its_task_alone(self):
        error = self.among_others(wasyncio.TrapError, 'trap', 'traps', 5)
        self.assertIn('unreachable', str(error))
        self.assertIsInstance(error.__cause__, wasmtime.Trap)

    def test_a_stack_overflow_names_task_size_and_option(self):
        self.among_others(wasyncio.StackOverflowError, 'stack', 'crawl', 5000)
        self.assertTrue(self.reports[0].text.startswith(
            "task 'bad': stack overflow, 16384 bytes, give it more with stackSize (stack_size in C)"))
        self.assertEqual(self.finish('crawl', 4500, stack_size=1 << 20).status, 4501)

    def test_the_end_of_the_engines_stack(self):
        self.among_others(wasyncio.StackOverflowError, 'stack', 'endless')

    def test_a_loop_without_checkpoints_is_interrupted_by_the_guard(self):
        error = self.among_others(wasyncio.InterruptedTaskError, 'trap', 'never_looks', guard=1)
        self.assertEqual(error.status, ETRAP)
        self.assertIn('was interrupted by its host', self.reports[0].text)
        self.assertIn('put a wa_checkpoint in its loop', self.reports[0].text)

    def test_the_guard_spares_what_is_idle_or_checks(self):
        rt = self.start(guard=0.5)
        task = rt.spawn('computes', timeout=1.5)
        rt.run(task, rt.spawn('sleeper', 1000))
        self.assertIsInstance(task.exception(), wasyncio.TimeoutError)
        time.sleep(1)
        self.assertEqual(self.finish('echo', 'still there').result(), 'still there')
        self.assert_reports()

    def test_the_guard_holds_for_who_calls_back_and_back(self):
        end = time.monotonic() + 30

        def called(runtime):
            runtime.now()
            if time.monotonic() > end:
                raise AssertionError('the guard has not interrupted it')
        rt = self.start(called=called, guard=0.5)
        task = rt.spawn('calls_back_for_ever')
        rt.run(task, timeout=60)
        self.assertIs(type(task.exception()), wasyncio.InterruptedTaskError)

    def test_the_end_of_a_stack_in_a_call_back(self):
        for calls, suppressed, size in [
            (lambda rt: rt.now(), (), 1 << 22),
            (lambda rt: rt.spawn('echo', 'x' * 1000), wasyncio.MisuseError, 1 << 22),  # while there is stack
            (lambda rt: rt.spawn('echo', 'x' * 1000), Exception, 1 << 22),
            (lambda rt: rt.spawn('echo', 'x' * 1000), Exception, 0),
        ]:
            def called(runtime):
                with contextlib.suppress(suppressed):
                    calls(runtime)
            with self.subTest(suppressed=suppressed, size=size):
                rt = self.start(called=called, guard=60)
                sleeper = rt.spawn('sleeper', 20)
                task = rt.spawn('calls_back_from_deep_down', stack_size=size)
                rt.run(task, sleeper, timeout=60)
                self.assertIs(type(task.exception()), wasyncio.StackOverflowError)
                self.assertEqual(sleeper.result(), 0)
                self.assert_nothing_left()

    def test_an_exception_out_of_an_import_ends_the_task_alone(self):
        def called(runtime):
            raise ValueError('from Python')
        rt = self.start(called=called)
        sleeper = rt.spawn('sleeper', 20)
        task = rt.spawn('calls_back')
        rt.run(task, sleeper)
        self.assertIsInstance(task.exception().__cause__, ValueError)
        self.assertEqual(sleeper.result(), 0)

    def test_run_goes_on_after_a_trap_in_the_first_turn(self):
        rt = self.start()
        bad, sleeper = rt.spawn('traps', 5), rt.spawn('sleeper', 30)
        rt.run(timeout=60)
        self.assertIsInstance(bad.exception(), wasyncio.TrapError)
        self.assertEqual(sleeper.result(), 0)

    def test_an_eager_trap(self):
        def called(runtime):
            raise ValueError('from Python')
        rt = self.start(called=called, guard=1)
        for name, kind, sentence in [
            ('traps_at_once', wasyncio.TrapError, "^task 'eager' hit a wasm trap, after its start: .*unreachable"),
            ('calls_back', wasyncio.TrapError, "^task 'eager' hit a wasm trap, after its start: from Python"),
            ('endless', wasyncio.StackOverflowError, "^task 'eager': stack overflow, (16384 bytes|too deep)"),
            ('never_looks', wasyncio.InterruptedTaskError, "^task 'eager' was interrupted"),
        ]:
            with self.subTest(name), self.assertRaisesRegex(kind, sentence) as caught:
                rt.spawn(name, eager=True, name='eager')
            self.assertIs(type(caught.exception), kind)
            self.assertIsNotNone(caught.exception.__cause__)
            rt.turn()
            self.assertEqual(self.finish('echo', 1).result(), 1)
        self.assert_nothing_left()

    def test_an_eager_trap_in_what_an_eager_one_spawns(self):
        rt = self.start()
        with self.assertRaises(wasyncio.TrapError):
            rt.spawn('spawns_a_trap', eager=True)
        rt.turn()
        self.assert_nothing_left()

    def test_many_traps_leave_nothing(self):
        rt = self.start()
        tasks = [rt.spawn('traps', i % 3) for i in range(30)] + [rt.spawn('crawl', 5000) for _ in range(30)]
        rt.run(*tasks)
        self.assertEqual([task.status for task in tasks], [ETRAP] * 30 + [ESTACK] * 30)
        self.assert_nothing_left()


if __name__ == '__main__':
    unittest.main()
