// npx wasyncio build and instrument: every toolchain builds what runs on every host; what breaks asyncify is refused
// with the reason; each wrong use gets one clear line and exit status 2.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { root } from '../../scripts/make.mjs';
import { wasmtimeCommand } from '../../scripts/wasmtime.mjs';
import { find } from '../../toolchain/run.mjs';
import { findToolchain, names } from '../../toolchain/toolchains.mjs';
import { browsers, missing as missingBrowser, open } from '../browsers.mjs';
import { installed, lacking } from './project.mjs';

const cleanup = [];
let project;
before(async () => {
  project = await installed({ after: (f) => cleanup.push(f) });
  copyFileSync(join(root, 'tests/package/tasks.c'), project.file('tasks.c'));
  for (const name of ['@yowasp', 'binaryen']) {
    const path = join(root, 'node_modules', name);
    if (existsSync(path)) symlinkSync(path, project.file(`node_modules/${name}`));
  }
});
after(() => cleanup.forEach((f) => f()));

async function succeeds(args) {
  const { status, stdout, stderr } = await project.wasyncio(args);
  assert.equal(status, 0, stderr);
  return stdout;
}
// One line on stderr, nothing on stdout.
async function refused(args, status, message) {
  const result = await project.wasyncio(args);
  assert.match(result.stderr, message, args.join(' '));
  if (status === 2) assert.match(result.stderr, /^wasyncio: [^\n]+\n$/, args.join(' '));
  assert.deepEqual([result.status, result.stdout], [status, ''], args.join(' '));
}

// Kills a build as soon as it has something half made.
test('a build that a signal ends leaves nothing half made behind', async (t) => {
  const halfMade = () => {
    try {
      return readdirSync(project.path, { recursive: true }).filter((path) => path.endsWith('.tmp'));
    } catch {
      return []; // a folder has gone meanwhile
    }
  };
  const command = project.file('node_modules/wasyncio/bin/wasyncio.mjs');
  for (const signal of ['SIGINT', 'SIGTERM']) {
    const child = spawn(process.execPath, [command, 'build', 'tasks.c', '-o', `${signal}.wasm`], { cwd: project.path });
    const ended = once(child, 'exit');
    const looks = setInterval(() => { if (halfMade().length) child.kill(signal); }, 5);
    t.after(() => clearInterval(looks));
    assert.deepEqual(await ended, [null, signal]);
    clearInterval(looks);
    assert.deepEqual(halfMade(), []);
    assert.ok(!existsSync(project.file(`${signal}.wasm`)));
  }
});

for (const toolchain of names) {
  describe(toolchain, { skip: lacking(toolchain) }, () => {
    const build = (file, out, ...more) => ['build', file, '-o', out, '--toolchain', toolchain, ...more];
    const out = `tasks-${toolchain}.wasm`;

    test('builds, tells size and time, and builds again only what is out of date', async () => {
      const kb = '\\d+\\.\\d KB';
      const line = new RegExp(`^${out}: ${kb} \\(gzip ${kb}\\), -O3, ${toolchain}, \\d+\\.\\d\\d s\\n$`);
      assert.match(await succeeds(build('tasks.c', out)), line);
      const { ino } = statSync(project.file(out));
      assert.match(await succeeds(build('tasks.c', out)), line);
      assert.equal(statSync(project.file(out)).ino, ino);
    });

    test('builds again for a header behind --, and for an archive behind -l or --', async (t) => {
      // npm's has no archiver, but links what another has made.
      const archiver = toolchain === 'npm' ? names.find((name) => name !== 'emcc' && name !== 'npm' && !lacking(name)) : toolchain;
      if (!archiver) return t.skip('there is nothing to make an archive with');
      const archive = async (value) => {
        project.write('value.c', `int value(void) { return ${value}; }\n`);
        const tools = findToolchain(archiver);
        const [source, object, library] = ['value.c', `${toolchain}.o`, `lib${toolchain}.a`].map((name) => project.file(name));
        rmSync(library, { force: true });
        await tools.run([...tools.cc, ...tools.cflags(false), '-c', source, '-o', object]);
        await tools.run([...tools.ar, 'rcs', library, object]);
      };
      project.write('uses.c', `#include "wasyncio.h"
        #include "of-the-system.h"
        int value(void);
        static int sum(void *arg) { (void)arg; return value() + MORE; }
        WA_TASK(sum);`);
      const sum = async () => {
        const folder = project.file('.');
        const flags = ['-L', folder, '--', '-l', toolchain, '-isystem', project.file('system')];
        await succeeds([...build('uses.c', `uses-${toolchain}.wasm`), ...flags]);
        return (await project.wasyncio(['run', `uses-${toolchain}.wasm`, 'sum'])).stdout;
      };
      const sumBehind = async () => {
        const flags = ['--', '-isystem', project.file('system'), `lib${toolchain}.a`];
        const args = [...build('uses.c', `behind-${toolchain}.wasm`), ...flags];
        const { stderr } = await project.wasyncio(args);
        assert.equal(stderr, ''); // a compilation that is given an archive warns
        return (await project.wasyncio(['run', `behind-${toolchain}.wasm`, 'sum'])).stdout;
      };
      mkdirSync(project.file('system'), { recursive: true });
      project.write('system/of-the-system.h', '#define MORE 1\n');
      await archive(10);
      assert.equal(await sum(), '11\n');
      project.write('system/of-the-system.h', '#define MORE 2\n');
      assert.equal(await sum(), '12\n');
      assert.equal(await sumBehind(), '12\n');
      await archive(20);
      assert.equal(await sum(), '22\n');
      assert.equal(await sumBehind(), '22\n');
      return undefined;
    });

    test('the same wasm runs in Node, and under the wasmtime command', async (t) => {
      const uses = [[['echo', 'hello'], 'hello\n', 0], [['twice', '0.75'], '1.5\n', 0],
        [['fail'], '', 1, 'fail: WA_EUSER (-1003)\n'],
        [['several'], '', 1, 'several: WA_EGROUP: WA_EUSER (-1003), WA_EUSER (-1003)\n'],
        [['ask', 'life'], '', 1, "ask: WA_EHOST: no host carries out operation 'answer': the program runs without one\n"]];
      for (const [args, output, status] of uses) {
        const result = await project.wasyncio(['run', out, ...args]);
        assert.deepEqual([result.stdout, result.status], [output, status], result.stderr);
        if (args[0] === 'several')
          assert.match(result.stderr, /WA_EGROUP.*: a member .*\n(  a member .* WA_EUSER \(-1003\)\n){2}$/);
      }
      const wasmtime = wasmtimeCommand();
      if (!wasmtime) return t.skip('there is no wasmtime command: ./build.sh wasmtime builds it');
      // Emscripten's C library has no way to wait: there the host must drive the tasks.
      for (const [args, output, status, said = ''] of toolchain === 'emcc' ? uses.slice(1) : uses) {
        const result = await project.run(wasmtime, ['run', out, ...args]);
        assert.deepEqual([result.stdout, result.status, result.stderr], [output, status, said]);
      }
      for (const [half, printed] of [
        [1.15, '2.3'], [2.175, '4.35'], [9.995, '19.99'], [0.55, '1.1'], [-1.85, '-3.7'], [5e-11, '1e-10'], [0.05, '0.1'],
        [7.5e299, '1.5e+300'], [-0, '0'], [0.4999999999, '1'], [1e17, '200000000000000000'], [1e18, '2e+18'], [5e-7, '0.000001'],
        [21, '42'], ['inf', 'inf'], ['nan', 'nan'], [1 / 3, '0.666666667'],
      ]) assert.equal((await project.run(wasmtime, ['run', out, 'twice', String(half)])).stdout, `${printed}\n`);
      const full = await project.run('sh', ['-c', `'${wasmtime}' run '${out}' twice 2 > /dev/full`]);
      assert.deepEqual([full.status, full.stderr], [1, 'twice: its result could not be written\n']);
      const nobody = await project.run(wasmtime, ['run', out, 'nobody']);
      assert.equal(nobody.status, 2);
      assert.match(nobody.stderr, /^usage: TASK \[INPUT\]; the tasks are: echo twice bytes fail ask/);
      return undefined;
    });

    test('two tasks of one name: neither runs, in Node and under wasmtime', async (t) => {
      for (const file of ['one.c', 'other.c']) {
        project.write(file, '#include "wasyncio.h"\nstatic int same(void *a) { return a ? 1 : 0; } WA_TASK(same);\n');
      }
      await succeeds(build('one.c', 'same.wasm', 'other.c'));
      const said = "two tasks are called 'same' (WA_TASK)\n";
      const inNode = await project.wasyncio(['run', 'same.wasm', 'same']);
      assert.deepEqual([inNode.status, inNode.stderr.endsWith(said)], [2, true], inNode.stderr);
      const wasmtime = wasmtimeCommand();
      if (!wasmtime) return t.skip('there is no wasmtime command: ./build.sh wasmtime builds it');
      const { status, stderr } = await project.run(wasmtime, ['run', 'same.wasm', 'same']);
      assert.deepEqual([status, stderr], [2, said]);
      return undefined;
    });

    // Firefox takes long to start; what runs there is the hosts' tests' business.
    for (const browser of toolchain === 'npm' ? browsers : ['chromium']) {
      test(`the same wasm runs in ${browser}`, { skip: missingBrowser(browser) }, async (t) => {
        const page = await (await open(browser, t)).newPage();
        await page.goto(await serve(t, project.path));
        const output = await page.evaluate(async (url) => {
          const { load } = await import('/node_modules/wasyncio/bindings/browser.js');
          const rt = await load(url);
          const results = [await rt.spawn('echo', 'hello'), await rt.spawn('twice', '-0.75')];
          await rt.close();
          return results;
        }, `/${out}`);
        assert.deepEqual(output, ['hello', -1.5]);
      });
    }

    test('a program with a main of its own, C++, levels, --command, --reactor and --debug', async () => {
      project.write('own.c', `#include "wasyncio.h"
        #include <stdio.h>
        static int task(void *arg) { (void)arg; return wa_yield(); }
        int main(void) { printf("%d\\n", wa_run(task, NULL) + N); return 0; }`);
      project.write('plus.cpp', `#include "wasyncio.h"
        #include HEADER
        // WA_TASK's own names don't meet this one.
        extern "C" int entry(void *arg) { int st = wa_yield(); return st < 0 ? st : wa_return_text((char *)arg); }
        WA_TASK(entry);`);
      project.write('header.h', '#define N 7\n');
      for (const level of ['-O0', '-Os']) await succeeds(build('own.c', `own${level}.wasm`, level, '-DN=7'));
      for (const option of ['-include', '-imacros']) {
        await succeeds(build('own.c', 'own-command.wasm', '--command', '--', option, 'header.h'));
      }
      const wasmtime = wasmtimeCommand();
      for (const name of wasmtime ? ['own-O0', 'own-Os', 'own-command'] : []) {
        assert.equal((await project.run(wasmtime, ['run', `${name}.wasm`])).stdout, '7\n', name);
      }
      // A standard is for the files of its language.
      const standards = ['--', '-std=c++17', '-std=gnu11'];
      await succeeds([...build('plus.cpp', 'plus.wasm', '--reactor', 'tasks.c', '-I.', '-DHEADER="header.h"'), ...standards]);
      assert.equal((await project.wasyncio(['run', 'plus.wasm', 'entry', 'c++'])).stdout, 'c++\n');
      await succeeds(build('tasks.c', 'debug.wasm', '--debug'));
      const debug = new WebAssembly.Module(readFileSync(project.file('debug.wasm')));
      assert.equal(WebAssembly.Module.customSections(debug, 'name').length, 1);
      assert.equal((await project.wasyncio(['run', 'debug.wasm', 'echo'])).stdout, 'nothing\n');
    });

    test('back to what was built before, under the same name: that is built again', async () => {
      const built = async (...flags) => {
        await succeeds(build('tasks.c', 'back.wasm', ...flags));
        const exports = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(project.file('back.wasm'))));
        return exports.map(({ name }) => name).filter((name) => name === '_start' || name === 'wax_turn').sort().join(' and ');
      };
      for (const [flag, halves] of [['--command', '_start'], ['--reactor', 'wax_turn']]) {
        assert.equal(await built(), '_start and wax_turn', `before ${flag}`);
        assert.equal(await built(flag), halves);
      }
      assert.equal(await built(), '_start and wax_turn');
    });

    test('the header is silent among names that are its own, under every warning and standard', async () => {
      const source = `static int fd = 1, future = 2, st = 3, item = 4, lock = 5, n = 6, site = 7, it = 8, out = 9;
        #define constructor
        #define always_inline static inline
        #include "wasyncio.h"
        int all(void *arg) {
          (void)arg;
          wa_sleep(WA_MS(5));
          return fd + future + st + item + lock + n + site + it + out + (wa_now() == WA_FOREVER);
        }
        WA_TASK(all);\n`;
      project.write('names.c', source);
      project.write('names.cpp', `extern "C" int all(void *);
        ${source}
        namespace space { static int a(void *) { return 1; } WA_TASK(a); static int b(void *) { return 2; } WA_TASK(b); }\n`);
      for (const [file, standard] of [['names.c', 'c89'], ['names.c', 'c2x'], ['names.cpp', 'c++98'], ['names.cpp', 'c++11']]) {
        const flags = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wconversion', '-Werror', '-O0', '--', `-std=${standard}`];
        await succeeds(build(file, 'names.wasm', ...flags));
        assert.equal((await project.wasyncio(['run', 'names.wasm', 'all'])).stdout, '45\n');
      }
    });

    test('a main that the start would not call is refused', async () => {
      const main = 'int main(int n, char **words, char **names) { return !words || !names || n; }';
      project.write('three.c', `#include "wasyncio.h"\n${main}\n`);
      const { status, stderr } = await project.wasyncio(build('three.c', 'three.wasm'));
      assert.equal(status, 1);
      assert.match(stderr, /its main is neither `int main\(void\)` nor/);
    });

    test('the linker\'s warnings are shown: a call of a function of another type would trap', async () => {
      project.write('calls.c', '#include "wasyncio.h"\nint f(int); int t(void *a) { return a ? f(1) : 0; } WA_TASK(t);\n');
      project.write('called.c', 'int f(double a, int b) { return (int)a + b; }\n');
      const { status, stderr } = await project.wasyncio(build('calls.c', 'called.wasm', 'called.c'));
      assert.equal(status, 0, stderr);
      assert.match(stderr, /warning: function signature mismatch: f\n/);
      const clean = await project.wasyncio(build('tasks.c', 'clean.wasm', '-O1'));
      assert.deepEqual([clean.status, clean.stderr], [0, '']);
    });

    test('-Os links the small library: tasks, cancel and timers in 8 KB, everything in 16', async () => {
      const gzip = (name) => gzipSync(readFileSync(project.file(name)), { level: 9 }).length;
      copyFileSync(join(root, 'bench/c/minimal.c'), project.file('minimal.c'));
      for (const [kind, limit] of [['command', 8192], ['reactor', 16384]]) {
        await succeeds(build('minimal.c', `${kind}.wasm`, '-Os', `--${kind}`));
        assert.ok(gzip(`${kind}.wasm`) <= limit, `${kind}: ${gzip(`${kind}.wasm`)} bytes`);
      }
      await succeeds(['run', 'reactor.wasm', 'main_task']);
    });

    test('-Wl, goes to the linker', async () => {
      const { status, stderr } = await project.wasyncio(build('tasks.c', 'linked.wasm', '-Wl,--no-such-flag'));
      assert.equal(status, 1);
      assert.match(stderr, /no-such-flag/);
    });

    test('with --export-all, main runs after the constructors and what it prints is seen, or the link is refused', async (t) => {
      const wasmtime = wasmtimeCommand();
      if (!wasmtime) return t.skip('wasmtime is not here');
      project.write('early.c', `#include <stdio.h>
        static int early;
        __attribute__((constructor)) static void begin(void) { early = 1; }
        int main(void) { return printf("early: %d", early) < 0; }`);
      const built = await project.wasyncio(build('early.c', 'early.wasm', '-Wl,--export-all'));
      if (built.status !== 0) return assert.match(built.stderr, /_start runs no constructors/);
      return assert.equal((await project.run(wasmtime, ['run', 'early.wasm'])).stdout, 'early: 1');
    });

    test('a path with characters that make would read otherwise is made once', async () => {
      const folder = `od#d $${toolchain}`;
      mkdirSync(project.file(folder));
      copyFileSync(join(root, 'bench/c/minimal.c'), project.file(`${folder}/m.c`));
      const object = () => statSync(project.file(`${folder}/m.wasm`)).mtimeMs;
      await succeeds(build(`${folder}/m.c`, `${folder}/m.wasm`));
      const first = object();
      await succeeds(build(`${folder}/m.c`, `${folder}/m.wasm`));
      assert.equal(object(), first);
    });

    test('folders with spaces, headers by another path, and a header that changes', async () => {
      const folder = 'a folder';
      mkdirSync(project.file(`${folder}/part`), { recursive: true });
      project.write(`${folder}/part/inner.h`, '#include "../outer.h"\n');
      project.write(`${folder}/a file.c`, `#include "wasyncio.h"
        #include "part/inner.h"
        int answer(void *arg) { (void)arg; return wa_return_number(ANSWER); }
        WA_TASK(answer);`);
      for (const answer of [41, 42]) {
        project.write(`${folder}/outer.h`, `#define ANSWER ${answer}\n`);
        await succeeds(build(`${folder}/a file.c`, `${folder}/an app.wasm`, '--reactor', `-I${folder}`));
        const { stdout, stderr } = await project.wasyncio(['run', `${folder}/an app.wasm`, 'answer']);
        assert.equal(stdout, `${answer}\n`, stderr);
      }
    });

    test('an @ is refused where it names a file of flags, not in a path', async () => {
      mkdirSync(project.file('@a/lib@1'), { recursive: true });
      project.write('@a/n.h', '#define N 7\n');
      project.write('@a/app.c', '#include <wasyncio.h>\n#include <n.h>\nint f(void *arg) { (void)arg; return N; }\nWA_TASK(f);');
      await succeeds(build('@a/app.c', '@a/app.wasm', '-I', '@a'));
      await succeeds(build('@a/app.c', '@a/app.wasm', '--', '-I', '@a', `-Wl,-L${project.file('@a/lib@1')}`));
    });

    test('what breaks asyncify is refused with the reason', async () => {
      project.write('jump.c', `#include "wasyncio.h"
        #include <setjmp.h>
        static jmp_buf place;
        int jump(void *arg) { (void)arg; if (setjmp(place)) return 0; wa_yield(); longjmp(place, 1); }
        WA_TASK(jump);`);
      project.write('throws.cpp', `#include "wasyncio.h"
        extern "C" int throws(void *) { try { wa_yield(); throw 1; } catch (int e) { return e; } }
        WA_TASK(throws);`);
      await refused(build('jump.c', 'bad.wasm'), 1, /setjmp[^]*asyncify[^]*[Rr]eturn statuses[^\n]*\n$/);
      await refused(build('throws.cpp', 'bad.wasm'), 1, /exceptions[^]*asyncify[^]*[Rr]eturn statuses/);
      for (const flags of [['-fexceptions'], ['-fwasm-exceptions'], ['--', '-mllvm', '-wasm-enable-sjlj'], ['-flto']]) {
        await refused(build('tasks.c', 'bad.wasm', ...flags), 2, /is refused: .*(asyncify|inlines the runtime)/);
      }
      assert.ok(!existsSync(project.file('bad.wasm')));
    });

    test('a compiler\'s error is told, with the file and the line', async () => {
      project.write('wrong.c', '#include "wasyncio.h"\nint wrong(void *arg) { return wa_sleap(0); }\n');
      const told = /wrong\.c cannot be built:\n[^]*wrong\.c:2:\d+: error: .*wa_sleap/;
      await refused(build('wrong.c', 'bad.wasm'), 1, told);
    });
  });
}

function serve(t, folder) {
  const types = { js: 'text/javascript', wasm: 'application/wasm' };
  const server = createServer(({ url }, response) => {
    if (url === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
    if (!existsSync(join(folder, url))) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': types[url.split('.').pop()] ?? 'text/plain' });
    return response.end(readFileSync(join(folder, url)));
  });
  t.after(() => server.close());
  return new Promise((done) => server.listen(0, 'localhost', () => done(`http://localhost:${server.address().port}/`)));
}

// A WASI SDK is a folder with a clang of its own; here, one that leads to the system's.
test('the WASI SDK that WASI_SDK_PATH names is used', { skip: lacking('clang') }, async () => {
  const bin = project.file('sdk/bin');
  mkdirSync(bin, { recursive: true });
  const { cc: [clang], ar: [ar] } = findToolchain('clang');
  for (const [name, program] of [['clang', clang], ['clang++', clang], ['llvm-ar', ar]]) {
    symlinkSync(find(program), join(bin, name));
  }
  const build = (sdk) => project.wasyncio(['build', 'tasks.c', '-o', 'sdk.wasm'], { env: { WASI_SDK_PATH: sdk } });
  assert.match((await build(project.file('sdk'))).stdout, /, wasi-sdk, /);
  assert.equal((await project.wasyncio(['run', 'sdk.wasm', 'echo', 'hello'])).stdout, 'hello\n');
  const without = await build(project.file('nowhere'));
  assert.deepEqual([without.status, without.stdout], [1, '']);
  assert.match(without.stderr, /^wasyncio: WASI_SDK_PATH=.*nowhere has no bin\/clang\n$/);
});

test("in npm's scripts, whose PATH begins with npm's own wasm-opt, the build is as fast as elsewhere", async () => {
  const bin = project.file('node_modules/.bin');
  const impostor = join(bin, 'wasm-opt');
  project.write('node_modules/.bin/wasm-opt', '#!/bin/sh\nexit 9\n');
  chmodSync(impostor, 0o755);
  project.write('quick.c', '#include "wasyncio.h"\nint main(void) { return 0; }\n');
  const env = { PATH: `${bin}${delimiter}${process.env.PATH}` };
  const { status, stderr } = await project.wasyncio(['build', 'quick.c', '-o', 'quick.wasm'], { env });
  assert.equal(status, 0, stderr);
  rmSync(impostor);
});

test('with a wasm-opt that has been replaced, the wasm is made again', { skip: !find('wasm-opt') }, async () => {
  mkdirSync(project.file('optimizer'));
  const env = { PATH: `${project.file('optimizer')}${delimiter}${process.env.PATH}` };
  const made = new Set();
  for (const version of [1, 1, 2]) {
    project.write('optimizer/wasm-opt', `#!/bin/sh\n# version ${'I'.repeat(version)}\nexec ${find('wasm-opt')} "$@"\n`);
    chmodSync(project.file('optimizer/wasm-opt'), 0o755);
    utimesSync(project.file('optimizer/wasm-opt'), 0, 0); // an installer sets the time of the release
    const { status, stderr } = await project.wasyncio(['build', 'tasks.c', '-o', 'optimized.wasm'], { env });
    assert.equal(status, 0, stderr);
    made.add(statSync(project.file('optimized.wasm')).ino);
  }
  assert.equal(made.size, 2);
});

test('wrong uses', async () => {
  project.write('a.c', '');
  project.write('text.txt', '');
  for (const folder of ['folder.wasm', 'broken', 'odd']) mkdirSync(project.file(folder), { recursive: true });
  project.write('broken/package.json', '{ "name": ');
  project.write('odd/package.json', '[]');
  mkdirSync(project.file('nowhere-link'));
  symlinkSync('nowhere', project.file('nowhere-link/app.c'));
  symlinkSync('circle.c', project.file('circle.c'));
  const long = 'n'.repeat(300);
  for (const [line, message, status] of [
    ['', /no command: the commands are build, instrument, init, run/],
    ['bild', /no command 'bild'/],
    ['build', /no C file is given/],
    ['build a.c', /no output is given/],
    ['build a.c -o', /--output/],
    ['build a.c -o a', /the output must end in \.wasm, not 'a'/],
    ['build a.c -o nowhere/a.wasm', /there is no folder .*nowhere/],
    ['build b.c -o a.wasm', /there is no file b\.c/],
    ['build text.txt/b.c -o a.wasm', /there is no file text\.txt\/b\.c/],
    ['build circle.c -o a.wasm', /there is no file circle\.c/],
    [`build ${long}.c -o a.wasm`, /there is no file nnn/],
    ['build a.c -o text.txt/a.wasm', /there is no folder .*text\.txt/],
    ['build text.txt -o a.wasm', /'text\.txt' is no C file/],
    ['build . -o a.wasm', /'\.' is no C file/],
    ['build a.c -o a.wasm -O4', /-O takes 0, 1, 2, 3, s or z, not '4'/],
    ['build a.c -o a.wasm --command --reactor', /exclude each other/],
    ['build a.c -o a.wasm --toolchain gcc', /--toolchain takes .*, not 'gcc'/],
    ['build a.c -o a.wasm --fast', /unknown option '--fast'/],
    ['build a.c -o a.wasm -x', /unknown option '-x'; other flags of a compiler's stand behind --/],
    ['build a.c -o a.wasm -std=c++17', /unknown option '-std=c\+\+17'; other flags/],
    ['build a.c -o a.wasm -- -pthread', /-pthread is refused/],
    ['build a.c -o a.wasm -pthread', /-pthread is refused: the runtime is for one thread/],
    ['build a.c -o a.wasm -- -c', /-c is refused: a build goes on to a wasm/],
    ['build a.c -o a.wasm -- -M', /-M is refused: a build goes on to a wasm/],
    ['build a.c -o a.wasm -- -fsyntax-only', /-fsyntax-only is refused: a build goes on to a wasm/],
    ['build a.c -o a.wasm -- --version', /--version is refused: a build goes on to a wasm/],
    ['build a.c -o a.wasm -- @flags', /@flags is refused: a build has to see the flags/],
    ['build a.c -o a.wasm -- -Wl,--gc-sections,@flags', /is refused: a build has to see the flags/],
    ['build a.c -o a.wasm -- -imacros', /-imacros takes a path/],
    ['build a.c -o a.wasm -- -isystem', /-isystem takes a path/],
    ['build a.c -o a.wasm -- -l', /-l takes a name/],
    ['build a.c -o folder.wasm', /the output folder\.wasm is a folder/],
    ['run a.wasm t --timeout -1', /option '--timeout' needs a value, which does not begin with -;/],
    ['init text.txt/sub', /the folder .* can't be written to/, 1],
    ['init text.txt', /the folder .* can't be written to/, 1],
    ['init nowhere-link', /app\.c is there already/],
    ['init /proc/foo/bar', /the folder .* can't be written to/, 1],
    ['init broken', /package\.json can't be read/],
    ['init odd', /is no package\.json: expected an object/],
    ['instrument', /one linked wasm is expected, not 0/],
    ['instrument a.wasm', /no output is given/],
    ['instrument nowhere.wasm -o a.wasm', /there is no file nowhere\.wasm/],
    ['instrument text.txt/a.wasm -o a.wasm', /there is no file text\.txt\/a\.wasm/],
    ['instrument a.c -o text.txt/a.wasm', /there is no folder .*text\.txt/],
    ['instrument a.wasm -o b.wasm -- c', /one linked wasm is expected, not 2/],
    ['init a b', /one folder is expected, not 2/],
  ]) await refused(line.split(' ').filter(Boolean), status ?? 2, message);
});

test('what the system refuses is told in a line', async () => {
  project.write('a.c', '');
  project.write('a file', '');
  const env = { WASYNCIO_CACHE: project.file('a file') };
  const { status, stderr } = await project.wasyncio(['build', 'a.c', '-o', 'a.wasm'], { env });
  assert.equal(status, 1);
  assert.match(stderr, /^wasyncio: .*a file.*\n$/);
  const words = [project.file('node_modules/wasyncio/bin/wasyncio.mjs'), '--help'].map((word) => `'${word}'`).join(' ');
  const full = await project.run('sh', ['-c', `'${process.execPath}' ${words} > /dev/full`]);
  assert.equal(full.status, 1);
  assert.match(full.stderr, /^wasyncio: the output can't be written: .*ENOSPC.*\n$/);
});

test('what is no linked wasm, or was optimized at the link, is not instrumented', async () => {
  project.write('no.wasm', 'text');
  await refused(['instrument', 'no.wasm', '-o', 'a.wasm'], 1, /it is no wasm binary/);
  copyFileSync(join(root, 'dist/wasm/wasyncio.wasm'), project.file('nameless.wasm'));
  await refused(['instrument', 'nameless.wasm', '-o', 'a.wasm'], 1, /it is instrumented already\.\n/);
  copyFileSync(join(root, 'dist/examples/hello.wasm'), project.file('command.wasm')); // it has no exports to tell by
  await refused(['instrument', 'command.wasm', '-o', 'a.wasm'], 1, /If it is not instrumented already, link with names/);
  copyFileSync(join(root, 'dist/wasm/wasyncio-debug.wasm'), project.file('again.wasm'));
  await refused(['instrument', 'again.wasm', '-o', 'a.wasm'], 1, /it is instrumented already/);
});

test('help and version', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.equal(await succeeds(['--version']), `${version}\n`);
  const help = await succeeds(['--help']);
  for (const command of ['build', 'instrument', 'init', 'run', 'demo']) {
    assert.match(help, new RegExp(`^  ${command} +\\w`, 'm'));
    const its = await succeeds([command, '--help']);
    assert.match(its, new RegExp(`^usage: npx wasyncio ${command} `));
    assert.equal(await succeeds(['help', command]), its);
  }
});
