"""What can go wrong: one class for each case that a caller may want to tell apart.

    WasyncioError
      LoadError              this is no wasm that holds the runtime
      MisuseError            a wrong call; the sentence names the argument and what was expected
      ClosedError            the runtime was closed
      TimeoutError           the task's deadline passed (also a builtin TimeoutError)
      CancelledError         the task was cancelled: reason
      TaskError              the task failed: status, task, site
        GroupError           members of a task group failed: errors
        StackOverflowError   the task had too little stack
        TrapError            the task hit a wasm trap
          InterruptedTaskError   the task ran on for longer than the guard allows, without a checkpoint
"""
import builtins

OK, ECANCELED, ETIMEDOUT, EGROUP, EMISUSE, ENOMEM = 0, -1, -2, -3, -4, -5
EHOST, ESTACK, ETRAP, EDISCARDED, EPENDING = -8, -10, -11, -12, -14
EUSER = -1000

_NAMES = ('WA_OK WA_ECANCELED WA_ETIMEDOUT WA_EGROUP WA_EMISUSE WA_ENOMEM WA_ESHUTDOWN WA_EBROKEN WA_EHOST '
          'WA_EDEADLOCK WA_ESTACK WA_ETRAP WA_EDISCARDED WA_EAGAIN WA_EPENDING WA_ECLOSED WA_EIO').split()


def status_name(status):
    """'WA_ECANCELED' for -1; a program's own errors, at or below -1000, are 'WA_EUSER'."""
    if status >= 0:
        return _NAMES[0]
    if status <= EUSER:
        return 'WA_EUSER'
    return _NAMES[-status] if -status < len(_NAMES) else 'WA_E?'


def ended_with(status):
    return f'ended with {status_name(status)}' + (f' ({status})' if status <= EUSER else '')


def last_line(trap):
    """What happened; the lines before, of an engine, say where."""
    return (str(trap).strip() or repr(trap)).splitlines()[-1].strip()


def sentence_of(error):
    """What a host function has raised, as C reads it."""
    try:
        return str(error) or type(error).__name__
    except Exception:
        return type(error).__name__


def _restored(kind, args, state):
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class WasyncioError(Exception):
    """The base of all. Can be copied, and pickled for another process."""

    def __reduce__(self):
        return _restored, (type(self), self.args, self.__dict__)


class LoadError(WasyncioError):
    """This is no wasm that holds the runtime."""


class MisuseError(WasyncioError):
    """A wrong call."""


class ClosedError(WasyncioError):
    """The runtime was closed."""


class TimeoutError(WasyncioError, builtins.TimeoutError):
    """A deadline passed."""


class CancelledError(WasyncioError):
    """The task was cancelled."""

    def __init__(self, message, reason=None):
        super().__init__(message)
        self.reason = reason


class TaskError(WasyncioError):
    """The task failed."""

    def __init__(self, message, status, task='', site=''):
        super().__init__(message)
        self.status, self.task, self.site = status, task, site

    @property
    def status_name(self):
        return status_name(self.status)


class StackOverflowError(TaskError):
    """The task overflowed its stack, and was ended without clean-up."""


class TrapError(TaskError):
    """The task hit a wasm trap, and was ended without clean-up."""


class InterruptedTaskError(TrapError):
    """The task ran on without a checkpoint until the guard interrupted it, and was ended without clean-up."""


class GroupError(TaskError):
    """Members of a task group failed: errors, one for each."""

    def __init__(self, message, status, task='', site='', errors=()):
        super().__init__(message, status, task, site)
        self.errors = list(errors)
