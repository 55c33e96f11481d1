/* The numbers that cross between JavaScript and the wasm, in words: docs/abi.md's and, below, WASI's. One file, which
 * imports nothing, because bundlers then write the numbers where the words stand. */

export const ABI = 1;

// Statuses.
export const ECANCELED = -1, ETIMEDOUT = -2, EGROUP = -3, EMISUSE = -4, ENOMEM = -5, EHOST = -8, ESTACK = -10;
export const ETRAP = -11, EDISCARDED = -12, EIO = -16;

// Flags of wax_init and of wax_spawn.
export const VIRTUAL = 1, DEBUG = 2;
export const EAGER = 1, BY_INDEX = 2;

// What a value is.
export const NOTHING = 0, BYTES = 1, TEXT = 2, NUMBER = 3;

// Kinds of event and of report, what wax_recover is told, and where things are in the info record.
export const SETTLED = 1, STARTED = 2, CANCELLED = 3, WANTED = 5;
export const REPORT_STACK = 5, REPORT_TRAP = 6;
export const RUNTIME_KNOWS = 0, STACK_EXHAUSTED = 1;
export const STATE = 0, STATUS = 1, FLAGS = 2, CANCELLING = 3, TYPE = 4, DATA = 5, SIZE = 6, REASON = 7, NAME = 8;
export const SITE = 9, VALUE = 10, ERRORS = 14, ERROR_COUNT = 15;
export const UNSEEN = 2; // of the flags: an error that nobody in C has looked at, and nobody can any more

// WASI: errors of a function, and what a descriptor is: a console's, or a socket that never blocks.
export const EAGAIN = 6, EBADF = 8, WASI_EIO = 29, ENOSYS = 52, ENOTSOCK = 57, EPIPE = 64, ESPIPE = 70;
export const REALTIME = 0, CHARACTER_DEVICE = 2, SOCKET = 6 | (4 << 16);
