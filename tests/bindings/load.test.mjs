// load: from every kind of source, and what it says of each that will not do.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';
import { LoadError, MisuseError, load } from '../../bindings/index.js';
import { errorOf, program, root } from './setup.mjs';

const path = await program('wasi');
const bytes = readFileSync(path);
const works = async (source) => {
  const rt = await load(source, { clock: 'virtual' });
  assert.equal(await rt.spawn('echo', 'here'), 'here');
  await rt.close();
};
// A module from its text form would need a tool: these are few enough bytes by hand.
const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const empty = Uint8Array.from(header);

test('from a path, a URL, bytes, a module, a promise', async () => {
  await works(path);
  await works(pathToFileURL(path));
  await works(pathToFileURL(path).href);
  await works(pathToFileURL(path).href.replace('file', 'FILE'));
  await works(bytes);
  await works(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  await works(new WebAssembly.Module(bytes));
  await works(Promise.resolve(bytes));
  await works(new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  await works(shared);
  await works(new Response(bytes, { headers: { 'content-type': 'application/wasm; charset=utf-8' } }));
  const headers = new Headers({ 'content-type': 'application/wasm' });
  await works({ [Symbol.toStringTag]: 'Response', ok: true, headers, arrayBuffer: async () => bytes }); // of another fetch
  const broken = new TypeError('no network');
  const error = await errorOf(load(Promise.reject(broken)));
  assert.ok(error instanceof LoadError);
  assert.match(error.message, /no network/);
});

test('from a server, whatever type it says', async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/none') response.writeHead(404).end();
    else response.writeHead(200, request.url === '/typed' ? { 'content-type': 'application/wasm' } : {}).end(bytes);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => server.close());
  const url = `http://127.0.0.1:${server.address().port}`;
  await works(`${url}/typed`);
  await works(new URL(`${url}/untyped`));
  await works(fetch(`${url}/typed`));
  const error = await errorOf(load(`${url}/none`));
  assert.ok(error instanceof LoadError);
  assert.match(error.message, /none.*404/);
});

test('two runtimes on one module know nothing of each other', async () => {
  const module = new WebAssembly.Module(bytes);
  const [a, b] = [await load(module, { clock: 'virtual' }), await load(module, { clock: 'virtual' })];
  const task = a.spawn('sleeper', 10);
  assert.deepEqual(b.tasks(), []);
  await b.close();
  assert.equal(await task, 0);
  await a.close();
});

const text = (word) => [word.length, ...Buffer.from(word)];
const section = (id, ...content) => [id, content.length, ...content];
const exits = Uint8Array.from([
  ...header, ...section(1, 2, 0x60, 1, 0x7f, 0, 0x60, 0, 0),
  ...section(2, 1, ...text('wasi_snapshot_preview1'), ...text('proc_exit'), 0, 0), ...section(3, 1, 1),
  ...section(7, 2, ...text('wax_abi'), 0, 1, ...text('_initialize'), 0, 1), ...section(10, 1, 6, 0, 0x41, 3, 0x10, 0, 0xb),
]);
const importing = Uint8Array.from([ // its memory
  ...header, ...section(1, 1, 0x60, 0, 0), ...section(3, 1, 0), ...section(7, 1, ...text('wax_abi'), 0, 0),
  ...section(10, 1, 2, 0, 0xb),
]);
const linked = Uint8Array.from([ // but not instrumented
  ...header, ...section(1, 1, 0x60, 0, 0), ...section(2, 1, ...text('asyncify'), ...text('stop_rewind'), 0, 0),
  ...section(7, 1, ...text('wax_abi'), 0, 0),
]);

test('what will not do is named', async () => {
  const folder = join(root, 'build/tests/bindings');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'page.wasm'), '<!DOCTYPE html>');
  for (const [source, Class, pattern] of [
    [join(folder, 'not there.wasm'), LoadError, /not there\.wasm can't be read/],
    [join(folder, 'page.wasm'), LoadError, /page\.wasm is not wasm/],
    ['http://127.0.0.1:1/x.wasm', LoadError, /127\.0\.0\.1:1.*can't be read/],
    [Uint8Array.of(1, 2, 3), LoadError, /is not wasm/],
    [empty, LoadError, /does not hold the runtime.*wax_abi/],
    [importing, LoadError, /does not export its memory/],
    [linked, LoadError, /not suspendable yet: npx wasyncio instrument/],
    [exits, LoadError, /does not start: C called exit\(3\)/],
    [undefined, MisuseError, /load: the source must be a URL, a path, bytes/],
    [42, MisuseError, /not 42/],
    [{}, MisuseError, /not Object/],
  ]) {
    const error = await errorOf(load(source));
    assert.ok(error instanceof Class, `${source}: ${error}`);
    assert.match(error.message, pattern);
  }
});

test('wrong options are named', async () => {
  for (const [options, pattern] of [
    [null, /options must be an object/],
    [{ clock: 'fast' }, /clock must be 'real' or 'virtual', not 'fast'/],
    [{ host: 1 }, /load: host must be an object, not 1/],
    [{ imports: 'env' }, /imports/],
    [{ stdout: {} }, /stdout/],
    [{ stderr: 'file' }, /stderr/],
    [{ onReport: true }, /onReport/],
    [{ turnBudget: -1 }, /turnBudget.*not -1/],
    [{ turnBudget: '8' }, /turnBudget.*not '8'/],
    [{ stackSize: 10 }, /stackSize.*256.*not 10/],
    [{ stackSize: 1.5 }, /stackSize/],
  ]) {
    const error = await errorOf(load(bytes, options));
    assert.ok(error instanceof MisuseError, String(error));
    assert.match(error.message, pattern);
  }
});

for (const target of ['wasi', 'emscripten']) {
  test(`what a constructor has configured stands, where load asks for nothing else, ${target}`, async () => {
    const configured = await program(target, 'configured');
    const begin = performance.now();
    for (const options of [{}, { grace: 10, turnBudget: 5 }, { clock: 'virtual', debug: true }]) {
      const rt = await load(configured, { stallAfter: 60_000, ...options });
      assert.equal(await rt.spawn('uses_much_stack'), 1);
      assert.ok(options.clock === 'virtual' ? rt.now === 1 : rt.now > begin); // whose clock it is, is the host's to say
      await rt.close();
    }
    const rt = await load(configured, { stackSize: 4096, onReport() {} });
    assert.match((await errorOf(rt.spawn('uses_much_stack'))).message, /stack overflow, 4096 bytes/);
    await rt.close();
  });
}
