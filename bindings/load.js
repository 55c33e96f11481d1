/* From where the wasm is to a runtime in it. Nothing here knows a host: how what a string or URL names is opened is
 * given (browser.js, index.js). */
import { ABI, DEBUG, VIRTUAL } from './abi.js';
import { clearTimeout, setTimeout } from './clock.js';
import { Core } from './core.js';
import { LoadError, MisuseError, isA, misuse, must, options, textOf } from './errors.js';
import { bytesIn } from './memory.js';
import { Runtime } from './runtime.js';
import { longest } from './schedule.js';
import { wasi } from './wasi.js';

const ofLoad = {
  host: 'object', imports: 'object', stdout: 'function', stderr: 'function', onReport: 'function',
  turnBudget: 'time', stallAfter: 'time', grace: 'time', stackSize: 'size',
};

const refuse = (what, options) => { throw new LoadError(what, options); };
/** What f gives. What it throws becomes the cause of a LoadError, unless it says already what is wrong. */
async function attempt(what, f) {
  try {
    return await f();
  } catch (cause) {
    if (isA(LoadError, cause) || (what !== start && isA(MisuseError, cause))) throw cause;
    refuse(`${what(cause)}: ${textOf(cause)}`, { cause });
  }
}
const start = () => 'the module does not start';

/** open(text): the bytes or the Response of a URL, or of whatever the host takes. */
export async function loadBy(open, source, given) {
  const {
    clock = 'real', debug, turnBudget = 0, stackSize = 0, stallAfter = 0, grace = 0, host, imports, stdout, stderr, onReport,
  } = options('load', given, ofLoad);
  const virtual = clock === 'virtual';
  must(virtual || clock === 'real', 'load: clock', "'real' or 'virtual'", clock);
  const from = await attempt(() => "the source can't be read", () => source);
  const glued = from !== null && typeof from === 'object' && 'emscripten' in from;
  if (glued) must(Object(from.emscripten) === from.emscripten, 'load: emscripten', 'a module, or what makes one', from.emscripten);
  const program = await (glued ? attach(from.emscripten, stdout, stderr)
    : awake(async () => instantiate(await compile(open, from), imports, stdout, stderr)));
  if (attached.get(program.exports)?.closed === false) misuse('load: this module has a runtime already: close that first');
  const { exports } = program;
  if (!exports.memory) refuse('the module does not export its memory: link it with --export-memory');
  const core = new Core({ virtual, ...program, host, onReport });
  const version = exports.wax_abi();
  if (version !== ABI) refuse(`the module has version ${version} of the exports, not ${ABI}`);
  if (exports.wax_init(virtual * VIRTUAL | !!debug * DEBUG, turnBudget, stackSize) !== 0) misuse(core.sentence());
  exports.wax_limits(stallAfter, grace);
  const runtime = new Runtime(core);
  if (glued) attached.set(exports, runtime);
  return runtime;
}

// Node's event loop does not wait for a compilation. With nothing else in it, that and what follows would run while Node waits for
// its other threads, of which one may wait for a garbage collection by this one: for ever, one time in ten on a busy machine.
async function awake(work) {
  const alive = setTimeout(() => {}, longest);
  try {
    return await work();
  } finally {
    clearTimeout(alive);
  }
}

const lacking = 'the module does not hold the runtime (no export wax_abi): link libwasyncio in, as a reactor';

async function instantiate(module, imports = {}, stdout, stderr) {
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === 'wax_abi')) refuse(lacking);
  let exports;
  const { files, find } = wasi(stdout, stderr, () => exports.memory.buffer);
  const imported = link(module, imports, find);
  return attempt(start, async () => {
    ({ exports } = await WebAssembly.instantiate(module, imported));
    (exports._initialize ?? exports.__wasm_call_ctors)?.(); // a reactor's; a command's, whose main is not wanted here
    return { exports, files };
  });
}

const attached = new WeakMap(); // the exports of a program that started itself -> its runtime

// A program with Emscripten's own glue starts itself; what it exports is all that is needed of it.
async function attach(from, stdout, stderr) {
  const lines = (write) => write && ((line) => write(`${line}\n`));
  const given = { print: lines(stdout), printErr: lines(stderr) };
  const exports = await attempt(start, async () => {
    const module = await (typeof from === 'function' ? from(given) : from);
    return module?.wasmExports ?? module?.asm; // of a glue with assertions this may throw
  });
  if (!exports?.wax_abi) refuse(`${lacking}; newer glue tells with -sEXPORTED_RUNTIME_METHODS=wasmExports only`);
  return { exports };
}

// Not instanceof: a frame's are as good as the page's own, and a fetch of npm's as good as Node's.
const isOf = (kind, value) => Object.prototype.toString.call(value) === `[object ${kind}]`;

async function compile(open, source) {
  if (isOf('WebAssembly.Module', source)) return source;
  const named = typeof source === 'string' || isOf('URL', source);
  const it = (named && source) || 'the source';
  // A CompileError says not that it is no wasm: a page's policy may forbid it.
  const what = (error) => `${it} can't be ${isA(WebAssembly.CompileError, error) ? 'compiled' : 'read'}`;
  return attempt(what, async () => {
    let from = named ? await open(String(source)) : source;
    if (isOf('Response', from)) {
      if (!from.ok) refuse(`${from.url || it} can't be fetched: ${from.status} ${from.statusText}`);
      const typed = from.headers.get('content-type') === 'application/wasm'; // nothing else will do, not even a charset
      if (typed && isA(globalThis.Response, from)) return WebAssembly.compileStreaming(from);
      from = await from.arrayBuffer();
    }
    const wanted = 'a URL, a path, bytes, a Response, a WebAssembly.Module or { emscripten }';
    const bytes = bytesIn(from, 'load: the source', wanted);
    if (String(bytes.subarray(0, 4)) !== '0,97,115,109') refuse(`${it} is not wasm`); // \0asm
    return WebAssembly.compile(bytes); // not what was given: V8 takes no DataView and no SharedArrayBuffer
  });
}

// What the module imports: from the caller, else from the bindings, else a function that, called, says what is missing.
function link(module, given, find) {
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    const what = `${from}.${name}, which is not there: give it by options.imports`;
    const value = given[from]?.[name] ?? find(from, name);
    if (value === undefined) {
      if (from === 'asyncify') refuse('the module is not suspendable yet: npx wasyncio instrument makes it so, after the link');
      if (kind !== 'function') refuse(`the module imports the ${kind} ${what}`);
    }
    (imports[from] ??= {})[name] = value ?? (() => refuse(`C called ${what}`));
  }
  return imports;
}
