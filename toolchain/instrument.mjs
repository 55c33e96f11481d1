// Turns a linked wasm into one whose tasks can suspend. Three steps:
//   1. the stack check: every write of the C stack pointer becomes a call of wa__stack_set, which compares it with the
//      running task's limit, so that a stack too small is a report and not another task's memory overwritten;
//   2. calls of the host's own functions, during which no task waits (foreign.mjs);
//   3. asyncify, told that an optimizer follows, or it makes much larger frames; then asyncify.mjs; then the optimizer: one
//      that ran before could have inlined the switch into a task, which then would run straight through.
// Law: only functions named wa__fiber_... touch asyncify and set the stack pointer themselves. A wasm that breaks the
// law, has no names to tell by, or jumps over frames that asyncify would have to unwind, is refused with the reason.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as wasm from './binary.mjs';
import { cheapen } from './asyncify.mjs';
import { callForeign } from './foreign.mjs';
import { nosuspend, nosuspendFile } from './nosuspend.mjs';
import { passes } from './passes.mjs';
import { BuildError } from './run.mjs';

const trusted = /^wa__(fiber_|stack_set$)/;

// Exports that nobody calls: what the link exported only to keep it; and what emcc adds for its JavaScript glue, which
// a wasm that its host starts does not have.
const internal = /^wa__(?!fiber_)\w+$/; // those asyncify.mjs still needs
const forGlue = /^(__errno_location|emscripten_stack_\w+|stack(Save|Restore|Alloc))$/;
const byHost = /^_(start|initialize)$/;

// What emcc makes of exceptions and of setjmp unless it is told to use wasm's own instructions for them.
const jumps = [
  [/setjmp|longjmp/, 'setjmp'],
  [/^(invoke_|__cxa_(throw|find_matching_catch|begin_catch)|__resumeException|llvm_eh)/, 'C++ exceptions'],
];
const overFrames = (what, where) => `${where} uses ${what}: a jump over frames cannot be unwound and rewound by` +
  ' asyncify, so a task that awaits would be corrupted. Return statuses instead (C++: -fno-exceptions).';

// The linker's wrapper of an export has its name from the symbol: of `add` in C `add.command_export`, in C++, where it is
// demangled, `add(int) (.command_export)`. The export may have another, by export_name.
const wrapper = /\.command_export\)?$/;
const aroundIt = /^__wasm_call_[cd]tors$/;

// The function that a wrapper calls between constructors and destructors. Not found by its name, which another file's static
// function may have, too.
function wrapped(body, functions) {
  const called = [];
  wasm.eachInstruction(body, (op, start) => { if (op === wasm.CALL) called.push(new wasm.Reader(body, start + 1).number()); });
  return called.find((index) => !aroundIt.test(functions[index]));
}

// A command that a host may drive too, instead of calling _start: the host calls __wasm_call_ctors first. Where the
// libc leaves the constructors to the linker, it made them part of every export; only _start keeps that. The same for
// one that is to be a component: cabi_realloc is called while _start runs.
function checkExports(list, functions, bodyOf) {
  const hasGlue = !list.some(({ name }) => byHost.test(name));
  const called = list.filter(({ name }) => !internal.test(name) && (hasGlue || !forGlue.test(name)));
  const has = (wanted) => called.some(({ name }) => name === wanted);
  const driven = has('_start') && (has('wax_abi') || has('cabi_realloc'));
  const unwrapped = called.map((entry) => {
    const byUs = driven ? entry.name !== '_start' : entry.name.startsWith('wa__');
    if (entry.kind !== 0 || !byUs || !wrapper.test(functions[entry.index])) return entry;
    return { ...entry, index: wrapped(bodyOf(entry.index), functions) ?? entry.index };
  });
  const index = driven ? functions.indexOf('__wasm_call_ctors') : -1; // not there: no constructors
  return index < 0 || has('__wasm_call_ctors') ? unwrapped : [{ name: '__wasm_call_ctors', kind: 0, index }, ...unwrapped];
}

const refuse = (why) => { throw new BuildError(`this wasm can't be instrumented: ${why}`); };

// One function's body with its writes of the stack pointer, and its calls of the host's own functions, replaced. seen: told
// of every call, with the index of what is called; of one through a pointer, without.
function checkBody(body, name, seen, { stackPointer, stackSet, intrinsics, instead }) {
  const parts = [];
  let copied = 0;
  const why = wasm.eachInstruction(body, (op, start) => {
    if (op === wasm.CALL_INDIRECT) seen();
    if (op !== wasm.CALL && op !== wasm.GLOBAL_SET) return;
    const operand = new wasm.Reader(body, start + 1);
    const index = operand.number();
    if (op === wasm.CALL) seen(index);
    if (op === wasm.CALL && intrinsics.has(index) && !trusted.test(name)) {
      refuse(`${name} calls asyncify's ${intrinsics.get(index)}. Either an optimizer that ran at the link inlined the` +
        ' runtime there (link without -O and without LTO), or the program brings a second asyncify.');
    }
    const called = op === wasm.CALL ? instead.get(index) : index === stackPointer && !trusted.test(name) ? stackSet : undefined;
    if (called === undefined) return;
    parts.push(body.subarray(copied, start), [wasm.CALL, ...wasm.encodeNumber(called)]);
    copied = operand.at;
  });
  if (why) refuse(why.startsWith('has') ? `${name} ${why}` : overFrames('exceptions or setjmp', name));
  return [...parts, body.subarray(copied)];
}

// The module's parts that are asked about here. imports: of functions. exported: names.
function parse(bytes) {
  const sections = wasm.readSections(bytes) ?? refuse('it is no wasm binary.');
  const body = (id, name = '') => sections.find((section) => section.id === id && section.name === name)?.body;
  const namesBody = body(wasm.CUSTOM, 'name');
  const { functions, globals } = namesBody ? wasm.readNames(namesBody) : { functions: [], globals: [] };
  const imports = body(wasm.IMPORT) ? wasm.readImports(body(wasm.IMPORT)).filter(({ kind }) => kind === 0) : [];
  const exported = body(wasm.EXPORT) ? wasm.readExports(body(wasm.EXPORT)).map(({ name }) => name) : [];
  return { sections, body, functions, globals, imports, exported };
}

// What shows without a look into its functions.
function refuseUnfit({ functions, globals, imports, exported }) {
  for (const [pattern, what] of jumps) {
    const jump = imports.find(({ module, name }) => module === 'env' && pattern.test(name));
    if (jump) refuse(overFrames(what, `the program (by the import env.${jump.name})`));
  }
  if (functions.includes('signature_mismatch:main')) {
    refuse('its main is neither `int main(void)` nor `int main(int argc, char **argv)`: the start would not call it.');
  }
  if (exported.includes('__set_stack_limits')) {
    refuse("Emscripten's own check of the stack is in it, which would take each task's stack for an overflow." +
      ' Link without -sSTACK_OVERFLOW_CHECK=2 and -sASSERTIONS=2; stacks are checked without them.');
  }
  // Before, the runtime has imports of asyncify's.
  const asyncifys = imports.some(({ module }) => module === 'asyncify');
  const isDone = functions.some((name) => /^asyncify_st(art|op)_/.test(name)) || exported.includes('wax_abi');
  if (!asyncifys && isDone) refuse('it is instrumented already.');
  if (!globals.includes('__stack_pointer')) {
    refuse(`no global is named __stack_pointer. ${asyncifys ? 'Link' : 'If it is not instrumented already, link'} with names` +
      ' (emcc: --profiling-funcs) and without -O.');
  }
  if (!functions.includes('wa__stack_set')) refuse('wa__stack_set is not in it. Link libwasyncio.a in.');
}

// The binary with the check and those calls in it, and what nosuspend.mjs asks about its functions.
export function checkStack(bytes) {
  const parts = parse(bytes);
  refuseUnfit(parts);
  const { sections, body, functions, globals, imports, exported } = parts;
  const stackPointer = globals.indexOf('__stack_pointer');
  const stackSet = functions.indexOf('wa__stack_set');
  const intrinsics = new Map();
  imports.forEach(({ module, name }, index) => { if (module === 'asyncify') intrinsics.set(index, name); });

  const own = wasm.readFunctions(body(wasm.FUNCTION));
  const { instead, made } = callForeign(imports, wasm.readTypes(body(wasm.TYPE)), own.length, functions);

  const unwind = imports.findIndex(({ module, name }) => module === 'asyncify' && name === 'start_unwind');
  const callers = [], pointers = [];
  const bodies = wasm.readBodies(body(wasm.CODE));
  const bodyOf = (index) => bodies[index - imports.length];

  const checked = sections.filter(({ name }) => !name.startsWith('.debug_')).map((section) => {
    if (section.id === wasm.EXPORT) {
      return { ...section, body: wasm.writeExports(checkExports(wasm.readExports(section.body), functions, bodyOf)) };
    }
    if (section.id === wasm.FUNCTION) {
      return { ...section, body: wasm.vector([...own.map(wasm.encodeNumber), ...made.map(({ type }) => type)]) };
    }
    if (section.id === wasm.ELEMENT) {
      return { ...section, body: wasm.mapElements(section.body, (index) => instead.get(index) ?? index) };
    }
    if (section.id !== wasm.CODE) return section;
    const checkedBodies = bodies.map((each, i) => {
      const index = imports.length + i;
      const name = functions[index] ?? `function ${index}`;
      const seen = (called) => (called === undefined ? pointers.push(index) : (callers[called] ??= new Set()).add(index));
      return wasm.sized(checkBody(each, name, seen, { stackPointer, stackSet, intrinsics, instead }));
    });
    return { ...section, body: wasm.vector([...checkedBodies, ...made.map(({ body }) => wasm.sized([body]))]) };
  });
  const constructors = functions.indexOf('__wasm_call_ctors');
  if (exported.includes('_start') && constructors >= 0 && !callers[constructors]) {
    refuse('its _start runs no constructors, nor what follows main: the linker leaves that out where it exports everything.' +
      ' Link with -Wl,--export=NAME for each function that a host is to call, instead of --export-all; or as a reactor.');
  }
  return { bytes: wasm.writeSections(checked), functions, callers, unwind, pointers };
}

// What the result depends on besides the linked wasm: files, and text.
const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
export const instrumentInputs = [
  nosuspendFile,
  ...['instrument', 'nosuspend', 'passes', 'foreign', 'asyncify', 'records', 'state', 'waits', 'guards', 'binary']
    .map((name) => beside(`${name}.mjs`)),
];
export const instrumentFlags = (options) => passes(options).flat().join(' ');

// rewrite: what makes asyncify's code cheaper; a module may stay as it is.
export async function instrument(optimizer, linked, out, options, rewrite = cheapen) {
  const { bytes, ...calls } = checkStack(readFileSync(linked));
  const checked = `${out}.checked`;
  try {
    writeFileSync(checked, bytes);
    const removed = `--pass-arg=asyncify-removelist@${nosuspend(calls).join(',')}`;
    const [first, second] = passes(options);
    await optimizer.run(checked, out, [removed, ...first]);
    writeFileSync(checked, rewrite(readFileSync(out)));
    await optimizer.run(checked, out, second);
  } finally {
    rmSync(checked, { force: true });
  }
}
