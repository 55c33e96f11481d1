"""The Python host module: what C awaits of Python's functions."""
import gc
import time
import unittest
import weakref
from concurrent.futures import Future, ThreadPoolExecutor

import wasyncio
from case import Case


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

    def test_a_turn_is_due_at_once_for_what_came_meanwhile(self):
        done = Future()
        done.set_result('at hand')

        def ask(question):
            sleeper.cancel('asked to')
            return done
        rt = self.start(host={'ask': ask})
        sleeper = rt.spawn('waits')
        rt.turn()
        task = rt.spawn('asks', 'now')
        self.assertEqual(rt.turn(), 0.0)
        rt.turn()
        rt.turn()
        self.assertEqual((task.result(), sleeper.reason), ('at hand', 'asked to'))

    def test_an_answer_after_the_close_is_void(self):
        future = Future()
        future.set_running_or_notify_cancel()  # too late to cancel it
        rt = self.start(host={'ask': lambda question: future})
        rt.spawn('asks', 'who?')
        rt.turn()
        rt.close()
        with self.assertNoLogs('concurrent.futures'):  # where an exception out of a callback goes
            future.set_result('late')

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


class Boom(Exception):
    pass


class Unreadable(Exception):
    def __str__(self):
        raise ValueError('no text')


class Causes(Case):
    """What a host function has raised comes with the task that ends by it."""

    def start(self, **functions):
        return super().start(host={'fine': lambda _: None, **functions})

    def failure(self, task, boom, *args, **functions):
        def raises(_):
            raise boom
        self.start(boom=raises, **functions)
        return self.finish(task, 'boom', *args, name='t').exception()

    def test_the_message_and_the_cause(self):
        boom = Boom('division by zero')
        for task in ('passes_on', 'asks_two'):
            error = self.failure(task, boom)
            self.assertRegex(str(error), r"^task 't' ended with WA_EHOST \(at tasks\.c:\d+\): division by zero$")
            self.assertIs(error.__cause__, boom)
            self.assertEqual(error.status, -8)
        self.assertRegex(str(self.failure('passes_on', Boom())), ': Boom$')
        self.assertRegex(str(self.failure('passes_on', Unreadable())), ': Unreadable$')
        self.assert_nothing_left()

    def test_of_a_future(self):
        futures = [Future(), Future()]
        rt = self.start(boom=lambda _: futures[0], off=lambda _: futures[1])
        tasks = [rt.spawn('passes_on', name) for name in ('boom', 'off')]
        rt.turn()
        boom = Boom('late')
        futures[0].set_exception(boom)
        futures[1].cancel()
        rt.run(*tasks, timeout=60)
        self.assertRegex(str(tasks[0].exception()), ': late$')
        self.assertIs(tasks[0].exception().__cause__, boom)
        self.assertRegex(str(tasks[1].exception()), ': the operation was cancelled$')

    def test_what_the_host_gets_wrong(self):
        self.start(list=lambda _: [], inexact=lambda _: 2 ** 53 + 1)
        for name, sentence in (('nope', "the host has no function 'nope'"),
                                ('list', 'what a host function returns must be .*, not list'),
                               ('inexact', 'what a host function returns cannot cross: .*9007199254740993')):
            with self.subTest(name):
                error = self.finish('passes_on', name).exception()
                self.assertRegex(str(error), f'WA_EHOST .*: {sentence}')
                self.assertIsInstance(error.__cause__, wasyncio.MisuseError)

    def test_another_failure_has_another_cause(self):
        error = self.failure('gets_over_it', Boom('dealt with'))
        self.assertEqual((error.status, error.__cause__), (-1009, None))
        self.assertNotIn('dealt with', str(error))

    def test_what_it_calls_afterwards_changes_nothing(self):
        boom = Boom('first of all')
        error = self.failure('cleans_up', boom)
        self.assertEqual((error.status, error.__cause__), (-8, boom))
        self.assertRegex(str(error), ': first of all$')

    def test_the_words_go_up_from_a_task_of_cs_own(self):
        error = self.failure('passes_on_from_below', Boom('below'))
        self.assertEqual(error.status, -8)
        self.assertRegex(str(error), ': below$')

    def test_a_cause_is_kept_for_no_longer_than_its_error(self):
        def raises(_):
            boom = Boom()
            kept.append(weakref.ref(boom))
            raise boom
        kept = []
        rt = self.start(boom=raises)
        tasks = [rt.spawn(name, 'boom') for name in ('passes_on', 'gets_over_it', 'cleans_up')]
        rt.run(*tasks, timeout=60)
        for task in tasks:
            task.exception()
        gc.collect()
        self.assertEqual([ref() is not None for ref in kept], [True, False, True])
        tasks.clear()
        del task
        gc.collect()
        self.assertIsNone(kept[0]())
        self.assert_reports()

    def test_who_has_asked_may_be_gone(self):
        def cancels(_):
            task.cancel('by its own function')
            raise Boom()
        rt = self.start(boom=cancels)
        task = rt.spawn('passes_on', 'boom')
        rt.run(task, timeout=60)
        self.assertEqual((task.cancelled(), task.exception().__cause__), (True, None))
        self.assert_nothing_left()


if __name__ == '__main__':
    unittest.main()
