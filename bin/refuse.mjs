// What a build refuses because asyncify or the runtime can't do it, with the reason; by the flags, before anything is
// compiled, and by what a compiler said. What only the linked wasm shows is refused by toolchain/instrument.mjs.
import { BuildError, find } from '../toolchain/run.mjs';
import { expect } from './usage.mjs';

const breaking = [
  [/^-flto/, 'link-time optimization inlines the runtime into tasks, which then run straight through'],
  [/^-f(cxx-|wasm-|sjlj-)?exceptions$|^-enable-emscripten-cxx-exceptions$/,
    'asyncify cannot unwind through frames that catch exceptions: return statuses instead'],
  [/wasm-enable-(sjlj|eh)|SUPPORT_LONGJMP=(1|emscripten|wasm)/,
    'a longjmp cannot be unwound and rewound by asyncify: return statuses instead'],
  [/^-s? ?ASYNCIFY|^-sJSPI/, 'the runtime brings its own use of asyncify'],
  [/^-pthread$|^-mthread/, 'the runtime is for one thread'],
  [/^-mtail-call$|^-mcpu=bleeding-edge$/, 'a tail call leaves no frame that asyncify could unwind'],
  [/^-([cSEM]|M[MDFGPQTV].*|###|fsyntax-only|-version|-help)$/, 'a build goes on to a wasm'],
  [/^(-Wl,(.*,)?)?@|^--config/,
    'a build has to see the flags themselves: those of a file it would not check, and not notice changed'],
  [/^-O/, 'the optimization is told once, before --, as -O3'],
  [/^-o$/, 'the output is told once, before --'],
];

export function checkFlags(flags) {
  for (const flag of flags) {
    const why = breaking.find(([pattern]) => pattern.test(flag))?.[1];
    expect(!why, `build: ${flag} is refused: ${why}`);
  }
}

// emcc and npm's have it; there, something else is missing.
const noLibrary = (toolchain) => (/^(emcc|npm)$/.test(toolchain) ? '' : 'this toolchain has no C++ library for wasm' +
  ` (${find('emcc') ? "emcc's is here: --toolchain emcc; " : ''}Debian: apt-get install libc++-19-dev-wasm32` +
  " libc++abi-19-dev-wasm32; npm's has one: --toolchain npm)");

const instead = 'Return statuses instead';
const hints = [
  [/exceptions disabled/, `C++ exceptions are off: asyncify cannot unwind through frames that catch. ${instead}`],
  [/setjmp\.h|[Ss]etjmp\/longjmp/,
    `setjmp and longjmp are not there: asyncify cannot unwind and rewind a jump over frames. ${instead}, or end the task ` +
    'by __builtin_trap(); for files that only include setjmp.h, an empty one of yours by -I will do (docs/package.md)'],
  [/_WASI_EMULATED_SIGNAL/,
    'nobody sends signals here; signal and raise alone are in: -D_WASI_EMULATED_SIGNAL -lwasi-emulated-signal'],
  [/undefined symbol: (clock|times|getrusage)\b|_WASI_EMULATED_PROCESS_CLOCKS/,
    'a wasm has no process times of its own; those of the wall clock are in: ' +
    '-D_WASI_EMULATED_PROCESS_CLOCKS -lwasi-emulated-process-clocks'],
  [/undefined symbol: __(ubsan|asan)_/,
    'there is no runtime of that sanitizer; traps are reported by the task: -fsanitize=undefined -fsanitize-trap=undefined'],
  [/undefined symbol: __cxa_thread_atexit/,
    'there is one thread, whose end nobody would see: write static instead of thread_local'],
  [/pthread\.h|undefined symbol: (pthread|mtx|thrd|cnd|tss)_|threads\.h/,
    'there are no threads: the runtime is for one, and tasks take turns in it'],
  [/fatal error: '[a-z_]+' file not found|undefined symbol: (std::|operator (new|delete))/,
    noLibrary],
];

// A compiler's message, with the reason that it cannot know.
export async function explained(file, toolchain, work) {
  try {
    return await work;
  } catch (error) {
    if (!error.output) throw error;
    const found = hints.find(([pattern]) => pattern.test(error.output))?.[1];
    const hint = typeof found === 'function' ? found(toolchain) : found;
    // Last, below what may be screens full.
    throw new BuildError(`${file} cannot be built:\n${error.output}${hint ? `\nwasyncio: ${hint}` : ''}`);
  }
}
