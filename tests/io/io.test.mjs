// Descriptors in C: pipes, sockets and a crowd of both, natively under the sanitizers; then stdin under each engine,
// and a host that owns the loop.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildComponent } from '../../scripts/component.mjs';
import { buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';
import { jcoFolder, wasmtimeCommand } from '../../scripts/wasmtime.mjs';
import { check } from '../core/suite.mjs';
import { io } from '../core/suites.mjs';

for (const level of ['asan', 'O3']) {
  test(`descriptors, natively, ${level}`, async (context) => {
    context.diagnostic(`${await check(io, 'native', level)} tests`);
  });
}

const source = (name) => fileURLToPath(new URL(`wasm/${name}`, import.meta.url));
async function build(target, name, kind) {
  const out = join(root, `build/tests/io/${name}-${target}-${kind}.wasm`);
  if (target === 'component') return buildComponent({ out, files: [source(`${name}.c`)] }).then(() => out);
  await buildWasm({ target, level: 'O3', kind, out, files: [source(`${name}.c`)] });
  return out;
}

const underNode = fileURLToPath(new URL('../core/node-wasi.mjs', import.meta.url));
const engines = {
  wasmtime: { skip: wasmtimeCommand() ? false : 'no wasmtime command', command: [wasmtimeCommand(), 'run'] },
  Node: { skip: false, command: [process.execPath, underNode] },
};

// Runs it; feed gets stdin. What it printed, and its exit status.
async function run([command, ...words], program, args, feed, stdout = 'pipe') {
  const child = spawn(command, [...words, program, ...args], { stdio: ['pipe', stdout, 'pipe'], timeout: 300_000 });
  let out = '', err = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
  child.stdin.on('error', () => {});
  const said = async (text) => {
    while (!out.includes(text)) await new Promise((done) => child.stdout.once('data', done));
  };
  const ended = new Promise((done) => child.on('close', (code, signal) => done({ code: code ?? signal, out, err })));
  await feed?.(child, said);
  return ended;
}

const noJco = jcoFolder() ? false : "no jco: './build.sh setup test' installs it";
for (const [engine, { skip, command }] of Object.entries(engines)) {
  for (const target of ['wasi', 'emscripten', ...(engine === 'wasmtime' ? ['component'] : [])]) {
    describe(`stdin by ${target} in ${engine}`, { skip: skip || (target === 'component' && noJco) }, () => {
      test('lines come while other tasks run; the end of the stream ends them', async () => {
        const program = await build(target, 'stdin', 'command');
        const { code, out, err } = await run(command, program, ['lines'], async (child, said) => {
          await said('tick 3');
          child.stdin.write('one\ntw');
          await said('line one');
          child.stdin.write('o\r\n');
          await said('line two');
          child.stdin.end('last');
        });
        assert.equal(code, 0, err);
        assert.match(out, /line one\n(tick \d+\n)*line two\n(tick \d+\n)*line last\n(tick \d+\n)*end\nleft 0 0 0\n$/);
      });

      test('a deadline and a cancellation end a read of a silent stream', async () => {
        const { code, out, err } = await run(command, await build(target, 'stdin', 'command'), ['silent']);
        assert.equal(code, 0, err);
        assert.equal(out, 'deadline: WA_ETIMEDOUT\ncancelled: WA_ECANCELED enough\nheld back: WA_OK\nleft 0 0 0\n');
      });

      test('two tasks share the stream, and none blocks the other', async () => {
        const program = await build(target, 'stdin', 'command');
        const { code, out, err } = await run(command, program, ['share'], async (child, said) => {
          await said('ready');
          child.stdin.write('x');
          await said('got 1');
          child.stdin.write('y');
          await said('got 2');
          child.stdin.end();
        });
        assert.equal(code, 0, err);
        assert.match(out, /^ready\ngot 1\ngot 2\nend\nend\nleft 0 0 0\n$/);
      });

      test('wrong descriptors are told, with the task', async () => {
        const { code, out, err } = await run(command, await build(target, 'stdin', 'command'), ['wrong']);
        assert.equal(code, 0, err);
        const calls = ['wa_read', 'wa_fd_writable', 'wa_write_eof', 'wa_close'];
        const told = calls.map((call) => `task 'main': ${call}: descriptor 99: it is not open\n`);
        assert.equal(out, `${told.join('')}left 0 0 0\n`);
      });
    });
  }
}

for (const [target, told] of [
  ['wasi', /^wasyncio: task 'main': wa_sleep: .*\n$/],
  ['emscripten', /^wasyncio: wa_run: it would have to wait, .*clang\n$/],
]) {
  test(`a command that ends by a wrong call says by which, ${target}`, async () => {
    const { code, err } = await run(engines.Node.command, await build(target, 'misused', 'command'), []);
    assert.equal(code, 68);
    assert.match(err, told);
  });
}

/* ---- a host that owns the loop ---- */

describe('a host that owns the loop', () => {
  // An instance over a stand-in for WASI: descriptor 7 gives what `incoming` has.
  async function instance(target, name = 'pump') {
    const bytes = readFileSync(await build(target, name, 'reactor'));
    const module = await WebAssembly.compile(bytes);
    const incoming = [], EAGAIN = 6, ENOSYS = 52;
    const calls = {
      clock_time_get(id, precision, at) { view().setBigUint64(at, process.hrtime.bigint(), true); return 0; },
      sched_yield: () => 0,
      fd_fdstat_get(fd, at) {
        if (fd < 6 || fd > 8) return 8;
        new Uint8Array(x.memory.buffer, at, 24).fill(0)[0] = 6; // a socket
        return 0;
      },
      fd_fdstat_set_flags: () => 0,
      fd_read(fd, vectors, count, at) {
        if (!incoming.length) return EAGAIN;
        const data = incoming.shift();
        new Uint8Array(x.memory.buffer, view().getUint32(vectors, true)).set(data);
        view().setUint32(at, data.length, true);
        return 0;
      },
    };
    const imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      (imports[from] ??= {})[name] = calls[name] ?? (() => ENOSYS);
    }
    const x = (await WebAssembly.instantiate(module, imports)).exports;
    const view = () => new DataView(x.memory.buffer);
    x._initialize();
    assert.equal(x.wax_init(0, 0, 0), 0);
    const spawn = (name) => {
      const text = new TextEncoder().encode(`${name}\0`), at = x.wax_alloc(text.length);
      new Uint8Array(x.memory.buffer).set(text, at);
      return x.wax_spawn(x.wax_find(at), 0, 0, 0, 0, 0, 0, 0);
    };
    const turn = () => {
      const state = x.wax_turn(), events = view().getUint32(state + 8, true);
      return Array.from({ length: view().getUint32(state + 12, true) }, (_, i) =>
        [0, 4, 8].map((at) => view().getUint32(events + 16 * i + at, true)));
    };
    const status = (handle) => view().getInt32(x.wax_info(handle) + 4, true);
    const counts = () => [...new Uint32Array(x.memory.buffer, x.wax_counts(), 6)];
    return { x, spawn, turn, status, counts, incoming };
  }

  for (const target of ['wasi', 'emscripten']) {
    test(`interest and answers, ${target}`, async () => {
      const { x, spawn, turn, status, counts, incoming } = await instance(target);
      const task = spawn('pump');
      assert.deepEqual(turn(), [[5, 7, 1]]);
      assert.deepEqual(turn(), []); // told once
      assert.equal(x.wax_fd_ready(7, 1), 1); // a false alarm
      assert.deepEqual(turn(), [[5, 7, 1]]); // so it is asked for anew
      incoming.push([1, 2, 3], [4]);
      assert.equal(x.wax_fd_ready(7, 3), 1);
      assert.deepEqual(turn(), [[5, 7, 1]]);
      assert.equal(x.wax_cancel(task, 0), 1);
      assert.deepEqual(turn(), [[1, task, 0], [5, 7, 0]]); // nobody waits any more
      assert.equal(status(task), -1);
      assert.equal(x.wax_fd_ready(7, 1), 0); // too late does no harm
      for (const [fd, mask] of [[7, 0], [7, 4], [7, -1]]) assert.equal(x.wax_fd_ready(fd, mask), -4);
      assert.equal(x.wax_fd_ready(-1, 1), 0);
      assert.equal(x.wax_poll(-1), -4); // nothing to wait for, for ever
      for (const ms of [NaN, -2, -Infinity]) assert.equal(x.wax_poll(ms), -4);
      x.wax_release(task);
      turn();
      assert.deepEqual(counts(), [0, 0, 0, 0, 0, 0]);
    });

    test(`what constructors wait for is told when the host listens, ${target}`, async () => {
      const { x, spawn, turn, status } = await instance(target, 'early');
      const task = spawn('waits');
      assert.deepEqual(turn().sort(), [[5, 6, 2], [5, 7, 1], [5, 8, 1]]);
      assert.deepEqual(turn(), []);
      for (const fd of [6, 7, 8]) assert.equal(x.wax_fd_ready(fd, 3), 1);
      assert.deepEqual(turn().sort(), [[1, task, 0], [5, 8, 1]]); // 8 has nothing yet
      assert.equal(status(task), 0);
    });

    test(`two readers, one answer: the one who is left is told of anew, ${target}`, async () => {
      const { x, spawn, turn, incoming } = await instance(target);
      const [first, second] = [spawn('pump'), spawn('pump')];
      assert.deepEqual(turn(), [[5, 7, 1]]);
      incoming.push([]); // the end, for one
      assert.equal(x.wax_fd_ready(7, 1), 1);
      assert.deepEqual(turn(), [[1, first, 0], [5, 7, 1]]);
      incoming.push([]);
      assert.equal(x.wax_fd_ready(7, 1), 1);
      assert.deepEqual(turn(), [[1, second, 0]]);
    });
  }
});

test('a program without descriptors carries nothing of them', async () => {
  const hello = join(root, 'build/tests/io/hello.wasm');
  const files = [join(root, 'examples/hello.c')];
  await buildWasm({ target: 'wasi', level: 'O3', kind: 'reactor', out: hello, files });
  const module = await WebAssembly.compile(readFileSync(hello));
  const names = [...WebAssembly.Module.imports(module), ...WebAssembly.Module.exports(module)].map(({ name }) => name);
  assert.ok(names.includes('wax_turn'));
  for (const name of ['wax_poll', 'wax_fd_ready', 'fd_read', 'sock_accept', 'fd_fdstat_set_flags']) {
    assert.ok(!names.includes(name), name);
  }
});
