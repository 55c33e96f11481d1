"""The Python host module: what C awaits of Python's functions."""
import time
import unittest
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


if __name__ == '__main__':
    unittest.main()
