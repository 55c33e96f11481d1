// docs/errors.md: every line of its tables is done, and gives what stands there. A message that ends with … goes on
// with what another program says.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { buildWasm } from '../../scripts/link.mjs';
import * as bindings from '../../bindings/index.js';
import * as streams from '../../bindings/streams.js';
import * as traces from '../../bindings/trace.js';
import { declaredIn, here, program, root } from './setup.mjs';

const { load } = bindings;
const text = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const [inJs, inC, ofExports] = text.split(/^## (?:C|The exports)$/m);
/** { part, call, gives, message } of each line. */
function rowsOf(page) {
  let part;
  const rows = [];
  for (const line of page.split('\n')) {
    if (line.startsWith('### ')) part = line.slice(4);
    const [, call, gives, message] = line.match(/^\| `(.*)` \| `?(.*?)`? \| (.*) \|$/) ?? [];
    if (call) rows.push({ part, call, gives, message: message.replace(/^`(.*)`$/, '$1') });
  }
  return rows;
}
function assertMessage(told, expected) {
  const message = told.replace(/\.c:\d+/, '.c:N'); // a place may move
  if (expected.endsWith('…')) assert.equal(message.slice(0, expected.length - 1), expected.slice(0, -1));
  else assert.equal(message, expected);
}

describe('JavaScript', async () => {
  const module = new WebAssembly.Module(readFileSync(await program('wasi')));
  // What the call uses, and how to end it.
  async function context(call) {
    let probe = () => 0;
    const host = { throws() { throw new RangeError('thrown'); }, wrong: () => ({}) };
    const opened = [];
    const make = async (options) => {
      const imports = { test: { probe: () => probe() } };
      const rt = await load(module, { clock: 'virtual', host, onReport() {}, stderr() {}, imports, ...options });
      opened.push(rt);
      return rt;
    };
    const rt = await make();
    const makers = {
      real: () => make({ clock: 'real' }),
      task: () => rt.spawn('swallow'), // waits until it is cancelled
      async closed() {
        const closed = await make();
        await closed.close();
        return closed;
      },
      async closing() {
        const closing = await make({ clock: 'real' });
        closing.spawn('stubborn');
        await closing.spawn('plain');
        closing.close({ grace: 100 });
        return closing;
      },
      async glue() {
        const zeros = new Proxy({}, { get: () => () => 0 });
        const imports = WebAssembly.Module.imports(module).map(({ module: from }) => [from, zeros]);
        const { exports } = await WebAssembly.instantiate(module, Object.fromEntries(imports));
        exports._initialize();
        return load({ emscripten: { asm: exports } });
      },
      async expired() {
        const scope = rt.timeout(0);
        await rt.spawn('plain');
        return scope;
      },
      async finished() {
        const group = rt.group();
        await group.end();
        return group;
      },
      async aborting() {
        const real = await make({ clock: 'real' });
        const group = real.group();
        group.spawn('slow_cleanup', 100);
        await real.spawn('plain');
        group[Symbol.dispose]();
        return group;
      },
      locked() {
        const stream = new ReadableStream();
        stream.getReader();
        return stream;
      },
      readable: () => new ReadableStream(),
      writable: () => new WritableStream(),
      never: () => ({ then() {} }),
      transferred() {
        const bytes = new Uint8Array(4);
        structuredClone(bytes, { transfer: [bytes.buffer] });
        return bytes;
      },
      inside: () => async (f) => {
        let error;
        probe = () => { try { f(); } catch (thrown) { error = thrown; } return 0; };
        await rt.spawn('call_import', 0);
        throw error;
      },
    };
    const names = { ...bindings, ...streams, ...traces, module, rt };
    for (const name in makers) {
      if (!new RegExp(`\\b${name}\\b`).test(call)) continue;
      const made = makers[name]();
      names[name] = made instanceof Promise ? await made : made; // a task is not awaited
    }
    return { names, end: () => Promise.all(opened.map((rt) => rt.close({ grace: 1 }))) };
  }

  for (const { part, call, gives, message } of rowsOf(inJs)) {
    test(`${part}: ${call}`, async () => {
      const { names, end } = await context(call);
      const perform = new Function(...Object.keys(names), `return ${call}`);
      let error;
      try {
        await perform(...Object.values(names));
      } catch (thrown) {
        error = thrown;
      }
      assert.equal(error?.name, gives);
      assert.ok(error instanceof bindings[gives]);
      assertMessage(error.message, message);
      await end();
    });
  }

  test('every public name of the modules is in the list', () => {
    for (const file of ['index.d.ts', 'streams.d.ts', 'trace.d.ts']) {
      for (const name of declaredIn(file)) assert.match(inJs, new RegExp(`\\b${name}\\b`), name);
    }
    const types = readFileSync(join(root, 'bindings/index.d.ts'), 'utf8');
    const [, methods] = types.match(/^export class Runtime \{(.*?)^\}/ms);
    for (const [, name] of methods.matchAll(/^ {2}(\w+)[<(]/gm)) {
      if (name !== 'constructor') assert.match(inJs, new RegExp(`\\.${name}\\(`), name);
    }
  });
});

const rows = rowsOf(inC);
const outside = ({ part }) => part.startsWith('Outside');

// Each line as a function; the names that the lines use are in errors.c.
function programText() {
  const value = ({ call, gives }) => {
    if (gives === 'nothing') return `(${call}, 0)`;
    if (gives === '""') return `(${call})[0]`;
    if (gives === 'WA_NOTHING') return `${call}.type`;
    return call;
  };
  const calls = rows.map((row, i) =>
    `static long long call_${i}(void) { return (long long)(intptr_t)(${value(row)}); }`);
  const names = rows.map((_, i) => `call_${i}`);
  const table = `long long (*const calls[])(void) = {${names}};`;
  return `#include "${join(here, 'errors.c')}"\n${calls.join('\n')}\n${table}\n`;
}

for (const target of ['wasi', 'emscripten']) {
  describe(`C, ${target}`, async () => {
    const source = join(root, `build/tests/bindings/errors-${target}.c`);
    const out = source.replace(/c$/, 'wasm');
    mkdirSync(dirname(source), { recursive: true });
    writeFileSync(source, programText());
    await buildWasm({ target, level: 'release', kind: 'reactor', out, files: [source] });
    const module = new WebAssembly.Module(readFileSync(out));
    for (const [i, row] of rows.entries()) {
      test(`${row.part}: ${row.call}`, async () => {
        const rt = await load(module, { clock: 'virtual', onReport() {} });
        let result;
        if (outside(row)) {
          const at = rt.exports.outside(i);
          const bytes = new Uint8Array(rt.memory.buffer, at); // memory may have grown
          result = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
        } else {
          result = await rt.spawn('row', i, { name: 'x' });
        }
        const [value, message] = result.split('\t');
        const values = { WA_EMISUSE: -4, WA_EIO: -16, true: 1 };
        assert.equal(Number(value), values[row.gives] ?? 0);
        assertMessage(message, `${outside(row) ? '' : "task 'x': "}${row.message}`);
        await rt.close();
      });
    }
  });
}

describe('exports', async () => {
  const module = new WebAssembly.Module(readFileSync(await program('wasi', 'streams')));
  for (const { call, gives, message } of rowsOf(ofExports)) {
    test(call, async () => {
      const rt = await load(module, { clock: 'virtual', onReport() {} });
      const { exports: x } = rt;
      const name = x.wax_alloc(8);
      new Uint8Array(rt.memory.buffer).set(new TextEncoder().encode('sum\0'), name);
      const entry = x.wax_find(name);
      x.wax_free(name);
      const [stale, settled, future] = [x.wax_future(), x.wax_future(), x.wax_future()];
      const handle = x.wax_spawn(entry, 0, 0, 0, 0, 0, 0, 0);
      x.wax_release(stale);
      x.wax_settle(settled, 0, 0, 0, 0, 0);
      const names = { ...x, entry, handle, future, stale, settled };
      const value = new Function(...Object.keys(names), `return ${call}`)(...Object.values(names));
      assert.equal(value, gives === 'WA_EMISUSE' ? -4 : 0);
      const bytes = new Uint8Array(rt.memory.buffer, x.wax_error());
      assertMessage(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0))), message);
      await rt.close({ grace: 1 });
    });
  }

  test('every export of the manual is in the list', () => {
    const manual = readFileSync(join(root, 'docs/abi.md'), 'utf8');
    for (const [, name] of manual.matchAll(/`(wax_\w+)\(/g)) assert.match(ofExports, new RegExp(`\\b${name}\\b`), name);
  });
});

test('a sentence names the function that was called, not one that it calls', () => {
  for (const { call, message } of rows) {
    const called = [...call.matchAll(/(?<=^\(?|\), )wa_\w+(?=\()/g)].at(-1)[0]; // the last of several; no argument
    assert.ok(message.startsWith(`${called}: `), `${call}: ${message}`);
  }
});

test('every function of the header is in the list', () => {
  const header = readFileSync(join(root, 'src/wasyncio.h'), 'utf8').replace(/\/\*.*?\*\/|^#define[^\n]*/gms, '');
  for (const name of new Set([...header.matchAll(/\b(wa_[a-z]\w*)\(/g)].map(([, name]) => name))) {
    assert.match(inC, new RegExp(`\\b${name}\\b`), name);
  }
});
