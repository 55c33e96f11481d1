// Turns a linked wasm into one whose tasks can suspend. Two steps:
//   1. the stack check: every write of the C stack pointer becomes a call of wa__stack_set, which compares it with the
//      running task's limit, so that a stack too small is a report and not another task's memory overwritten;
//   2. asyncify and the optimizer, in one call of wasm-opt: asyncify alone makes much larger frames, and an optimizer
//      that ran before could have inlined the switch into a task, which then would run straight through.
// Law: only functions named wa__fiber_... touch asyncify and set the stack pointer themselves. A wasm that breaks the
// law, or has no names to tell by, is refused.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFile, root, run } from './make.mjs';
import { BuildError } from './toolchain.mjs';

const trusted = /^wa__(fiber_|stack_set$)/;

// Exports that nobody calls: what emcc adds for its JavaScript glue, which a standalone wasm does not have, and what
// the link exported only to keep it.
const needless = /^ \(export "(__errno_location|emscripten_stack_\w+|stack(Save|Restore|Alloc)|wa__\w+)" /;

// Functions that never suspend although asyncify can't see it; the file says why.
const nosuspend = () => readFileSync(join(root, 'scripts/nosuspend.txt'), 'utf8').split('\n')
  .map((line) => line.replace(/#.*/, '').trim()).filter(Boolean);

// Rewrites the text form. It has one node per line, which is what makes this a matter of lines.
export function checkStack(wat) {
  const refuse = (why) => { throw new BuildError(`this wasm can't be instrumented: ${why}`); };
  if (!/^ \(global \$__stack_pointer \(mut i32\)/m.test(wat)) {
    refuse('no global is named __stack_pointer. Link with names (emcc: --profiling-funcs) and without -O.');
  }
  if (!/^ \(func \$wa__stack_set /m.test(wat)) refuse('wa__stack_set is not in it. Link libwasyncio.a in.');
  const intrinsics = new Set();
  for (const [, name] of wat.matchAll(/^ \(import "asyncify" "\w+" \(func \$(\S+?)[\s)]/gm)) intrinsics.add(name);

  let current = '';
  const lines = wat.split('\n').filter((line) => !needless.test(line)).map((line) => {
    current = /^ \(func \$(\S+)/.exec(line)?.[1] ?? current;
    const call = /^\s*\(call \$([^\s)]+)/.exec(line)?.[1];
    if (intrinsics.has(call) && !trusted.test(current)) {
      refuse(`${current} calls asyncify's ${call}. Either an optimizer that ran at the link inlined the runtime there` +
        ' (link without -O and without LTO), or the program brings a second asyncify.');
    }
    const write = /^(\s*)\(global\.set \$__stack_pointer$/.exec(line);
    if (!write || trusted.test(current)) return line;
    return `${write[1]}(call $wa__stack_set`;
  });
  return lines.join('\n');
}

function passes({ level, names }) {
  const flags = ['--asyncify', '--pass-arg=asyncify-ignore-imports', `-${level === 'O0' ? 'O1' : level}`];
  if (level === 'O3') flags.push('--always-inline-max-function-size=30', '--flexible-inline-max-function-size=60');
  return names ? [...flags, '-g'] : flags;
}

async function instrument(linked, out, flags) {
  const text = `${out}.wat`;
  const read = ['--enable-reference-types', '--print-features', '-S']; // for table.size in guest.c, which emcc does not note
  try {
    const { stdout } = await run('wasm-opt', [linked, ...read, '-o', text]);
    const features = stdout.split('\n').filter((line) => line.startsWith('--enable-'));
    const wat = checkStack(readFileSync(text, 'utf8'));
    writeFileSync(text, wat);
    const present = nosuspend().filter((name) => wat.includes(`\n (func $${name} `));
    const removed = `--pass-arg=asyncify-removelist@${present.join(',')}`;
    await run('wasm-opt', [text, ...features, removed, ...flags, '-o', out]);
  } finally {
    rmSync(text, { force: true });
  }
}

// level: O0 to O3, Os. names: keep the functions' names, for traps that can be read.
export function makeInstrumented(linked, out, options) {
  const flags = passes(options);
  const inputs = [linked, fileURLToPath(import.meta.url)];
  const how = [...flags, ...nosuspend()].join(' ');
  return makeFile(out, inputs, how, (temporary) => instrument(linked, temporary, flags));
}
