"""The Python host module: what its users see. PROGRAM=tasks.wasm python -m unittest."""
import copy
import gc
import math
import os
import pickle
import tempfile
import threading
import time
import unittest
from concurrent.futures import Future, ThreadPoolExecutor

import wasmtime
import wasyncio
from case import Case, imports, program

ESTACK, ETRAP, EDISCARDED, ECANCELED, EPENDING = -10, -11, -12, -1, -14


class Life(Case):
    def test_values_cross_both_ways(self):
        self.start()
        for value in ('text: \N{SNOWMAN}', '', b'\0\1\2', b'', 0.1, -math.inf, 'x' * 100_000):
            self.assertEqual(self.finish('echo', value).result(), value)
        task = self.finish('echo')
        self.assertEqual((task.status, task.result()), (77, 77))
        self.assert_nothing_left()

    def test_misuse_is_named(self):
        rt = self.start()
        with self.assertRaisesRegex(wasyncio.MisuseError, "no task is named 'nobody': the wasm has .*sleeper"):
            rt.spawn('nobody')
        with self.assertRaisesRegex(wasyncio.MisuseError, "the input of 'echo' must be .*, not list"):
            rt.spawn('echo', [])
        with self.assertRaisesRegex(wasyncio.MisuseError, 'timeout must be seconds, 0 or more, not -1'):
            rt.spawn('echo', timeout=-1)
        with self.assertRaisesRegex(wasyncio.MisuseError, 'stack_size is 100'):
            rt.spawn('echo', stack_size=100)
        task = rt.spawn('sleeper', 1000)
        with self.assertRaisesRegex(wasyncio.MisuseError, 'is not done yet'):
            task.result()
        with self.assertRaisesRegex(wasyncio.LoadError, 'wax_turn'):
            wasyncio.Program(wasmtime.wat2wasm('(module)'))
        with self.assertRaises(wasyncio.LoadError):
            wasyncio.Program(b'no wasm')
        with self.assertRaisesRegex(wasyncio.LoadError, 'nowhere.wasm'):
            wasyncio.Program('nowhere.wasm')
        caught = []

        def trespass():
            try:
                caught.append(repr(task))
                rt.spawn('echo')
            except wasyncio.MisuseError as error:
                caught.append(str(error))
        thread = threading.Thread(target=trespass)
        thread.start()
        thread.join()
        self.assertEqual(caught[0], '<Task of another thread>')
        self.assertIn('belongs to another thread', caught[1])
        rt.close()
        with self.assertRaises(wasyncio.ClosedError):
            rt.spawn('echo')

    def test_what_does_not_fit_is_named(self):
        rt = self.start()
        self.finish('echo', 'first', name='named')  # makes the table of what the host holds
        before = rt.counts()
        for size in (1 << 32, -1, 1 << 33, (1 << 32) + 300, 'big', 2.5):
            with self.assertRaisesRegex(wasyncio.MisuseError, 'spawn: stack_size must be bytes, 256 to 1073741824, not'):
                rt.spawn('echo', 'x' * 10, name='named', stack_size=size)
        for value in ('\ud800', 10 ** 400):
            with self.assertRaisesRegex(wasyncio.MisuseError, "the input of 'echo' cannot cross"):
                rt.spawn('echo', value, name='named')
        self.assertEqual(rt.counts(), before)
        task = rt.spawn('sleeper', 1000, name='lone \ud800')
        self.assertEqual(task.name, 'lone ?')
        task.cancel('why \ud800')
        rt.run(task)
        self.assertEqual(task.reason, 'why ?')
        for option in ('budget', 'stall_after', 'grace'):
            for value in (-1, float('nan')):
                with self.assertRaisesRegex(wasyncio.MisuseError, f'start: {option} must be seconds, 0 or more, not'):
                    program().start(imports=imports(), **{option: value})
        with self.assertRaisesRegex(wasyncio.MisuseError, 'start: stack_size must be bytes'):
            program().start(imports=imports(), stack_size=1 << 33)
        virtual = program().start(imports=imports(), virtual_clock=True)
        for seconds in (-1, float('nan'), float('inf'), 1e10):
            with self.assertRaisesRegex(wasyncio.MisuseError, 'advance: seconds must be 0 or more, and less than 9e9'):
                virtual.advance(seconds)
        task = virtual.spawn('sleeper', 1)
        with self.assertRaisesRegex(wasyncio.MisuseError, 'is a task of another runtime'):
            rt.run(task)
        virtual.close()
        self.assertFalse(task.cancel('too late'))
        with self.assertRaises(wasyncio.ClosedError):
            virtual.call_soon_threadsafe(print)

    def test_who_only_looked_at_a_task_of_cs_own_is_told_of_no_error(self):
        rt = self.start()
        parent = rt.spawn('forgives')
        rt.turn()
        self.assertEqual(len(rt.tasks()), 2)
        rt.run(parent)
        gc.collect()
        self.assertEqual(parent.result(), 0)
        self.assert_reports()
        self.assert_nothing_left()

    def test_errors_cross_to_other_processes(self):
        rt = self.start()
        tasks = [rt.spawn('fails', 5), rt.spawn('sleeper', 1e6), rt.spawn('traps_at_once')]
        tasks[1].cancel('why')
        rt.run(*tasks)
        for error in [*(task.exception() for task in tasks), wasyncio.GroupError('both', -3, 'a', 'b', errors=[1, 2])]:
            for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
                self.assertIs(type(again), type(error))
                self.assertEqual((str(again), vars(again)), (str(error), vars(error)))

    def test_a_forked_process_has_a_guard_of_its_own(self):
        self.start(guard=0.5)  # with a thread that no fork takes along
        child = os.fork()
        if child == 0:
            status = 1
            try:
                rt = program().start(imports=imports(), guard=0.3, stall_after=1000, on_report=lambda report: None)
                task = rt.spawn('never_looks')
                rt.run(task, timeout=20)
                status = 0 if isinstance(task.exception(), wasyncio.InterruptedTaskError) else 2
            finally:
                os._exit(status)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_time_is_real(self):
        rt = self.start()
        start = time.monotonic()
        tasks = [rt.spawn('sleeper', ms) for ms in (60, 20, 40)]
        rt.run(*tasks)
        took = time.monotonic() - start
        self.assertTrue(0.055 < took < 30, took)

    def test_a_turn_says_when_the_next_is_due(self):
        rt = self.start()
        self.assertIsNone(rt.turn())
        task = rt.spawn('sleeper', 100_000)
        due = rt.turn()
        self.assertTrue(90 < due <= 100, due)
        self.assertEqual(rt.alive, 1)
        task.cancel()
        self.assertIsNone(rt.turn())
        self.assertEqual(rt.alive, 0)
        with self.assertRaisesRegex(TimeoutError, 'not done after 0.05 s'):
            rt.run(rt.spawn('sleeper', 1000), timeout=0.05)

    def test_time_is_virtual_when_asked_for(self):
        rt = self.start(virtual_clock=True)
        late = rt.spawn('sleeper', 3_600_000, timeout=1800)
        rt.run(rt.spawn('sleeper', 3_600_000), late)
        self.assertEqual(rt.now(), 3600)
        with self.assertRaises(wasyncio.TimeoutError):
            late.result()
        rt.advance(0.5)
        self.assertEqual(rt.now(), 3600.5)

    def test_an_eager_task_runs_inside_the_spawn(self):
        rt = self.start()
        task = rt.spawn('echo', 5, eager=True)
        self.assertEqual(rt.counts()['tasks'], 0)
        rt.run(task)
        self.assertEqual(task.result(), 5)

    def test_the_unfinished_are_listed_with_their_state(self):
        rt = self.start()
        first, second = rt.spawn('sleeper', 1000, name='first'), rt.spawn('spawns_a_child', name='second')
        rt.turn()
        listed = rt.tasks()
        self.assertEqual(listed[:2], [first, second])
        self.assertEqual([task.name for task in listed], ['first', 'second', 'task-3'])
        self.assertEqual((first.state, first.status, first.cancelling()), ('waiting', EPENDING, 0))
        self.assertRegex(first.site, r'tasks\.c:\d+')
        listed[2].cancel('by the host')
        rt.run(second)
        self.assertEqual(listed[2].reason, 'by the host')

    def test_output_is_wasi(self):
        with tempfile.NamedTemporaryFile() as out:
            wasi = wasmtime.WasiConfig()
            wasi.stdout_file = out.name
            self.start(wasi=wasi)
            self.finish('prints', 'here')
            with open(out.name) as lines:
                self.assertEqual(lines.read(), 'printed: here 2.500\n')


class Descriptors(Case):
    """stdin is the process's: a pipe that a thread writes to."""

    def setUp(self):
        self.saved = os.dup(0)
        read, self.pipe = os.pipe()
        os.dup2(read, 0)
        os.close(read)

    def tearDown(self):
        os.dup2(self.saved, 0)
        os.close(self.saved)
        os.close(self.pipe)

    def test_others_run_while_one_reads(self):
        wasi = wasmtime.WasiConfig()
        wasi.inherit_stdin()
        rt = self.start(wasi=wasi)
        reader, sleeper = rt.spawn('reads_stdin'), rt.spawn('sleeper', 50)
        rt.run(sleeper, timeout=60)
        self.assertFalse(reader.done())
        threading.Timer(0.1, os.write, (self.pipe, b'hello')).start()
        rt.run(reader, timeout=60)
        self.assertEqual(reader.result(), b'hello')
        cancelled = rt.spawn('reads_stdin')
        threading.Timer(0.1, cancelled.cancel, ('enough',)).start()
        rt.run(cancelled, timeout=60)
        self.assertEqual(cancelled.reason, 'enough')
        self.assert_nothing_left()

    def test_one_reads_again_and_again(self):
        wasi = wasmtime.WasiConfig()
        wasi.inherit_stdin()
        rt = self.start(wasi=wasi)
        lines = rt.spawn('reads_lines')
        for i in range(5):
            threading.Timer(0.05 * (i + 1), os.write, (self.pipe, b'one\ntwo\nth')).start()
        with self.assertRaises(wasyncio.TimeoutError):
            rt.run(lines, timeout=1)
        os.write(self.pipe, b'ree\nend\n')  # not its end, which the engine would never forget
        rt.run(lines, timeout=60)
        self.assertEqual(lines.result(), 11)
        self.assert_nothing_left()


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

    def test_what_nobody_looks_at_is_reported(self):
        self.start()
        self.finish('fails', 1, name='lonely')
        self.assert_reports(('unseen', 'lonely'))


class Operations(Case):
    def test_a_function_answers(self):
        def ask(question):
            if question == 'what?':
                raise ValueError('no one knows')
            return [] if question == 'list?' else question.upper()
        self.start(host={'ask': ask})
        self.assertEqual(self.finish('asks', 'who?').result(), 'WHO?')
        self.assertEqual(self.finish('asks', 'what?').result(), 'no one knows')
        self.assertIn('not list', self.finish('asks', 'list?').result())
        self.assert_nothing_left()

    def test_a_function_that_is_not_there(self):
        self.start()
        self.assertEqual(self.finish('asks', 'who?').result(), "the host has no function 'ask'")

    def test_futures_of_a_pool(self):
        with ThreadPoolExecutor(4) as pool:
            def ask(question):
                return pool.submit(lambda: (time.sleep(0.02), question.upper())[1])
            rt = self.start(host={'ask': ask})
            tasks = [rt.spawn('asks', f'no {i}') for i in range(20)]
            rt.run(*tasks, timeout=120)
        self.assertEqual([task.result() for task in tasks], [f'NO {i}' for i in range(20)])
        self.assert_nothing_left()

    def test_a_cancelled_task_cancels_its_future_and_a_late_answer_is_void(self):
        futures = []

        def ask(question):
            futures.append(Future())
            return futures[-1]
        rt = self.start(host={'ask': ask})
        first, second = rt.spawn('asks', '1'), rt.spawn('asks', '2')
        rt.turn()
        futures[1].set_running_or_notify_cancel()  # too late to cancel that one
        first.cancel('never mind')
        second.cancel()
        rt.run(first, second)
        futures[1].set_result('late')
        rt.turn()
        self.assertTrue(futures[0].cancelled())
        self.assertEqual(first.reason, 'never mind')
        self.assertTrue(second.cancelled())
        self.assert_nothing_left()

    def test_a_function_may_spawn_and_cancel_but_not_turn(self):
        def ask(question):
            with self.assertRaisesRegex(wasyncio.MisuseError, 'turn'):
                self.rt.turn()
            sleeper.cancel('asked to')
            spawned.append(self.rt.spawn('echo', question))
            return 'done'
        spawned = []
        rt = self.start(host={'ask': ask})
        sleeper = rt.spawn('sleeper', 60_000)
        self.assertEqual(self.finish('asks', 'now').result(), 'done')
        rt.run(sleeper, *spawned, timeout=60)
        self.assertEqual((sleeper.reason, spawned[0].result()), ('asked to', 'now'))


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

    def test_many_traps_leave_nothing(self):
        rt = self.start()
        tasks = [rt.spawn('traps', i % 3) for i in range(30)] + [rt.spawn('crawl', 5000) for _ in range(30)]
        rt.run(*tasks)
        self.assertEqual([task.status for task in tasks], [ETRAP] * 30 + [ESTACK] * 30)
        self.assert_nothing_left()


if __name__ == '__main__':
    unittest.main()
