/* From where the wasm is to a runtime in it. Nothing of Node's is imported: a bundler finds nothing to trip over,
 * and where Node's fs is, it is asked for by name at run time. */
import { Core } from './core.js';
import { LoadError, MisuseError, expect, expectTime, show } from './errors.js';
import { Runtime } from './runtime.js';
import { wasiImports } from './wasi.js';

const ABI = 1;
const VIRTUAL = 1, DEBUG = 2;

export async function load(source, options = {}) {
  const flags = check(options);
  const module = await compile(await source);
  const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
  if (!exported.includes('wax_abi')) {
    throw new LoadError("the module does not hold the runtime (no export wax_abi): link libwasyncio in, as a reactor");
  }
  const wasi = wasiImports(options);
  const imports = link(module, options.imports ?? {}, wasi.imports);
  let instance;
  try {
    instance = await WebAssembly.instantiate(module, imports);
  } catch (error) {
    throw new LoadError(`the module does not start: ${error.message}`, { cause: error });
  }
  const { exports } = instance;
  wasi.attach(exports.memory);
  const core = new Core(exports, options);
  try {
    exports._initialize?.();
    const version = exports.wax_abi();
    if (version !== ABI) throw new LoadError(`the module has version ${version} of the exports, not ${ABI}`);
    const { turnBudget = 0, stackSize = 0, stallAfter = 0, grace = 0 } = options;
    expect(exports.wax_init(flags, turnBudget, stackSize) === 0, core.sentence());
    exports.wax_limits(stallAfter, grace);
  } catch (error) {
    if (error instanceof LoadError || error instanceof MisuseError) throw error;
    throw new LoadError(`the module does not start: ${error.message}`, { cause: error });
  }
  return new Runtime(core);
}

function check(options) {
  expect(typeof options === 'object' && options, `load: options must be an object, not ${show(options)}`);
  const { clock = 'real', debug = false, host, stackSize, imports, stdout, stderr, onReport } = options;
  expect(clock === 'real' || clock === 'virtual', `load: clock must be 'real' or 'virtual', not ${show(clock)}`);
  for (const [name, value, type] of [
    ['host', host, 'object'], ['imports', imports, 'object'],
    ['stdout', stdout, 'function'], ['stderr', stderr, 'function'], ['onReport', onReport, 'function'],
  ]) {
    expect(value === undefined || (value && typeof value === type), `load: ${name} is not a ${type}: ${show(value)}`);
  }
  for (const name of ['turnBudget', 'stallAfter', 'grace']) expectTime(options[name], `load: ${name}`);
  expect(stackSize === undefined || (Number.isInteger(stackSize) && stackSize >= 256 && stackSize <= 2 ** 30),
    `load: stackSize must be bytes, 256 to 1073741824, not ${show(stackSize)}`);
  return (clock === 'virtual' ? VIRTUAL : 0) | (debug ? DEBUG : 0);
}

async function compile(source) {
  if (source instanceof WebAssembly.Module) return source;
  let from = source;
  if (typeof source === 'string' || source instanceof URL) from = await open(source);
  try {
    if (typeof Response === 'function' && from instanceof Response) {
      if (!from.ok) throw new LoadError(`${from.url} can't be fetched: ${from.status} ${from.statusText}`);
      const type = from.headers.get('content-type');
      if (/^application\/wasm\b/.test(type)) return await WebAssembly.compileStreaming(from);
      from = await from.arrayBuffer();
    }
    const bytes = ArrayBuffer.isView(from) || /ArrayBuffer]$/.test(Object.prototype.toString.call(from));
    expect(bytes, `load takes a URL, a path, bytes, a Response or a WebAssembly.Module, not ${show(source)}`);
    return await WebAssembly.compile(from);
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    const name = typeof source === 'string' ? source : 'the source';
    throw new LoadError(`${name} is not wasm: ${error.message}`, { cause: error });
  }
}

// A string is a URL if it has a scheme, or if there are no files; a path otherwise.
async function open(source) {
  const text = String(source);
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  const isUrl = /^[a-z][a-z\d+.-]+:/i.test(text);
  try {
    if (fs && (!isUrl || text.startsWith('file:'))) return await fs.readFile(isUrl ? new URL(text) : text);
    return await fetch(source);
  } catch (error) {
    throw new LoadError(`${text} can't be read: ${error.message}`, { cause: error });
  }
}

// What the module imports: from the caller, else from the bindings, else a function that, called, says what is missing.
function link(module, own, builtin) {
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    let value = own[from]?.[name] ?? builtin[from]?.[name];
    if (value === undefined) {
      if (from === 'asyncify') throw new LoadError('the module was not passed through wasm-opt --asyncify');
      const what = `${from}.${name}, which is not there: give it by options.imports`;
      if (kind !== 'function') throw new LoadError(`the module imports the ${kind} ${what}`);
      value = () => { throw new LoadError(`C called ${what}`); };
    }
    (imports[from] ??= {})[name] = value;
  }
  return imports;
}
