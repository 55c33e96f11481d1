"""What callers give, before anything is done with it: refused with "what must be this, not that"."""
import math
import numbers

from .errors import MisuseError


def must(good, what, expected, value):
    if not good:
        raise MisuseError(f'{what} must be {expected}, not {value!r}')


def number(value):
    """As a double; NaN, which is in no range, for what is no number or too large for one."""
    try:
        return float(value) if isinstance(value, numbers.Real) else math.nan
    except OverflowError:
        return math.nan


def is_buffer(value):
    try:
        memoryview(value)
    except TypeError:
        return False
    return True


def seconds(what, value):
    must(number(value) >= 0, what, 'seconds, 0 or more', value)


def stack_size(call, size):
    """What C does not see: a size that does not fit its 32 bits."""
    must(isinstance(size, int) and 0 <= size <= 1 << 30, f'{call}: stack_size', f'bytes, 256 to {1 << 30}', size)
