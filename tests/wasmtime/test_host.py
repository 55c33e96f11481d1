"""The Python host module: what its users see. PROGRAM=tasks.wasm python -m unittest."""
import contextlib
import copy
import gc
import math
import os
import pickle
import tempfile
import threading
import time
import unittest

import wasmtime
import wasyncio
from case import Case, imports, program

EPENDING = -14


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
        with self.assertRaisesRegex(wasyncio.MisuseError, "no task is named 'echo\0more'"):
            rt.spawn('echo\0more')
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
        linked = '(module (import "asyncify" "stop_rewind" (func)) (func (export "wax_turn")))'
        with self.assertRaisesRegex(wasyncio.LoadError, 'npx wasyncio instrument'):
            wasyncio.Program(wasmtime.wat2wasm(linked))
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

    def test_what_is_of_a_wrong_type_is_named(self):
        rt = self.start()
        before = rt.counts()
        task = rt.spawn('sleeper', 1000)
        for call, sentence in [
            (lambda: wasyncio.Program(None), 'Program: source must be a path or bytes, not None'),
            (lambda: wasyncio.Program(5), 'Program: source must be a path or bytes, not 5'),
            (lambda: program().start(host=['ask']), r"start: host must be a dict of functions, not \['ask'\]"),
            (lambda: program().start(host={'ask': 5}), r"start: host\['ask'\] must be a function, not 5"),
            (lambda: program().start(on_report=5), 'start: on_report must be a function or None, not 5'),
            (lambda: program().start(wasi=5), 'start: wasi must be a wasmtime.WasiConfig or None, not 5'),
            (lambda: program().start(imports=5), 'start: imports must be a dict of functions, not 5'),
            (lambda: program().start(imports={('a', 'b'): print}),
             r"start: imports\[\('a', 'b'\)\] must be \(wasmtime.FuncType, function\) for \('module', 'name'\), not <"),
            (lambda: program().start(imports={'a': 5}), r"start: imports\['a'\] must be \(wasmtime.FuncType, function\)"),
            (lambda: program().start(guard='x'), "start: guard must be seconds, above 0, or None, not 'x'"),
            (lambda: program().start(guard=0), 'start: guard must be seconds, above 0, or None, not 0'),
            (lambda: program().start(budget='x'), "start: budget must be seconds, 0 or more, not 'x'"),
            (lambda: program().start(grace=None), 'start: grace must be seconds, 0 or more, not None'),
            (lambda: program().start(stack_size=None), 'start: stack_size must be bytes'),
            (lambda: rt.spawn(None), 'spawn: function must be the name of a task, not None'),
            (lambda: rt.spawn([]), r'spawn: function must be the name of a task, not \[\]'),
            (lambda: rt.spawn('echo', timeout='5'), "spawn: timeout must be seconds, 0 or more, not '5'"),
            (lambda: rt.spawn('echo', timeout=5j), 'spawn: timeout must be seconds, 0 or more, not 5j'),
            (lambda: rt.spawn('echo', timeout=10 ** 400), 'spawn: timeout must be seconds, 0 or more, not 1000'),
            (lambda: rt.run(task, timeout='5'), "run: timeout must be seconds, 0 or more, not '5'"),
            (lambda: rt.run('echo'), "run: 'echo' is no Task"),
            (lambda: rt.run([task]), r'run: \[.*\] is no Task'),
            (lambda: rt.advance('5'), "advance: seconds must be 0 or more, and less than 9e9, not '5'"),
            (lambda: rt.close('5'), "close: grace must be seconds, 0 or more, not '5'"),
            (lambda: rt.close(-1), 'close: grace must be seconds, 0 or more, not -1'),
            (lambda: rt.call_soon_threadsafe(5), 'call_soon_threadsafe: function must be a function, not 5'),
        ]:
            with self.subTest(sentence), self.assertRaisesRegex(wasyncio.MisuseError, f'^{sentence}'):
                call()
        task.cancel()
        rt.run(task)
        self.assertEqual(rt.counts()['tasks'], before['tasks'])

    def test_a_long_text_takes_no_longer_than_its_length(self):
        rt = self.start()
        name, reason = 'n' * 10_000_000, 'r' * 10_000_001
        start = time.process_time()
        task = rt.spawn('sleeper', 1e6, name=name)
        task.cancel(reason)
        rt.run(task, timeout=120)
        self.assertTrue((task.name, task.reason) == (name, reason))
        self.assertLess(time.process_time() - start, 10)

    def test_a_number_that_no_double_holds_is_refused(self):
        rt = self.start()
        for value in (2 ** 53 + 1, -(2 ** 53) - 1, 10 ** 30 + 1):
            with self.assertRaisesRegex(wasyncio.MisuseError, f"the input of 'echo' cannot cross: a double does not hold {value}"):
                rt.spawn('echo', value)
        for value in (2 ** 53, 2 ** 80, -(2 ** 53)):
            self.assertEqual(self.finish('echo', value).result(), value)
        self.assert_nothing_left()

    def test_a_spawn_that_finds_no_memory_leaves_no_task(self):
        rt = self.start()
        refused = 0
        for timeout in (None, 0, 60):
            for allocation in range(16):  # of a spawn that makes fewer, a later one
                self.finish('fails_allocation', allocation)
                try:
                    rt.spawn('waits', 'input', name='named', timeout=timeout).cancel('why')
                except wasyncio.MisuseError as error:
                    self.assertIn('no memory', str(error))
                    refused += 1
                with contextlib.suppress(wasyncio.MisuseError):
                    self.finish('fails_allocation', -1)
                rt.turn()
                self.assert_nothing_left()
        self.assertGreater(refused, 10)
        self.assert_reports()

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


if __name__ == '__main__':
    unittest.main()
