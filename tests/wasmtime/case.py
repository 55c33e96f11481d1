"""What the tests of the Python host share: a runtime per test, reports kept, nothing left at the end."""
import os
import unittest

import wasmtime
from wasyncio import Program

_programs = {}


def program():
    path = os.environ['PROGRAM']
    if path not in _programs:
        _programs[path] = Program(path)
    return _programs[path]


def wasi():
    """Whether the wasm can ask its host while it computes; Emscripten's build waits for the end of its budget."""
    return os.environ['PROGRAM'].rpartition('/')[2].startswith('wasi')


def imports(called=lambda: None):
    return {
        ('embedder', 'called'): (wasmtime.FuncType([], []), called),
        ('env', 'emscripten_notify_memory_growth'):
            (wasmtime.FuncType([wasmtime.ValType.i32()], []), lambda index: None),
    }


class Case(unittest.TestCase):
    def start(self, called=lambda runtime: None, stall_after=1000, **options):
        """A pause of the process is no stall: the machine may be busy."""
        self.reports = []
        self.rt = program().start(imports=imports(lambda: called(self.rt)), on_report=self.reports.append, stall_after=stall_after,
                                  **options)
        self.addCleanup(self.rt.close, grace=0)
        return self.rt

    def finish(self, *args, **options):
        task = self.rt.spawn(*args, **options)
        self.rt.run(task, timeout=120)
        return task

    def assert_nothing_left(self):
        counts = self.rt.counts()
        counts.pop('bytes')
        self.assertEqual(counts, dict.fromkeys(counts, 0))

    def assert_reports(self, *expected):
        self.assertEqual([(report.kind, report.task) for report in self.reports], list(expected))
