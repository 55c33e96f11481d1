// The driver itself: what it says about a text that is no scenario, and how one of many is run alone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { build, run } from './hosts.mjs';

const command = join(dirname(fileURLToPath(import.meta.url)), 'scenario.mjs');
const driver = await build('native', 'O0');
const good = (name) => `# before\n\nscenario ${name} # its name\nbody main\n  log a  b\nend\n`;
const goodTrace = (name) => `== ${name}\n0 main start\n0 main log a b\n0 main finish -> ok\nfinal main ok\n`;

const mistakes = {
  'no such op: line 5 of scenario x': 'scenario x\nbody main\n  try\n  except any\n    fly away\n  end\nend\n',
  'wrong number of words: line 3 of scenario x': 'scenario x\nbody main\n  sleep\nend\n',
  'expected `end`: line 5 of': 'scenario x\nbody main\n  try\n  finally\n  except any\n  end\nend\n',
  'expected a body `main`': 'scenario x\nbody other\nend\n',
  'expected `object KIND NAME ...`: line 2': 'scenario x\nobject door D\nbody main\nend\n',
  'no such body: b': 'scenario x\nbody main\n  spawn t b\nend\n',
  'expected a number: 3x': 'scenario x\nbody main\n  sleep 3x\nend\n',
  'no such choice: some': 'scenario x\nbody main\n  wait some 1 main\nend\n',
  'no such choice: bogus': 'scenario x\nbody main\n  try\n  except bogus\n  end\nend\n',
  'no such choice: later': 'scenario x\nobject queue Q 0\nbody main\n  shutdown Q later\nend\n',
  'wrong kind of object: E': 'scenario x\nobject event E\nbody main\n  acquire E\nend\n',
};

for (const [complaint, text] of Object.entries(mistakes)) {
  test(`a mistake ends the run: ${complaint}`, async () => {
    const result = await run('native', driver, good('before') + text + good('after'));
    assert.equal(result.code, 2);
    assert(result.complaint.includes(complaint), result.complaint);
    assert(result.trace.startsWith(goodTrace('before')), result.trace);
    assert(!result.trace.includes('after'), result.trace);
  });
}

test('long lines, large numbers and times that have passed', async () => {
  const names = Array(3000).fill('F').join(' ');
  const { code, trace, complaint } = await run('native', driver, `scenario x
object future F
object semaphore S 4294967296
object queue Q -1
body main
  resolve F v
  gather raise ${names}
  acquire S
  put Q a
  sleep -1
  timeout -1
    log a
  end
  timeout 18446744073710
    sleep 5
  end
end
`);
  assert.equal(complaint, '');
  assert.equal(code, 0);
  const end = '5 main sleep 5 -> ok\n5 main end timeout 18446744073710 -> ok\n5 main finish -> ok\nfinal main ok\n';
  assert.ok(trace.endsWith(end), trace);
});

test('comments, blank lines and blanks do not matter', async () => {
  const { code, trace } = await run('native', driver, `${good('one')}# between\n\n   \t\n${good('two')}\n# at the end`);
  assert.equal(trace, goodTrace('one') + goodTrace('two'));
  assert.equal(code, 0);
});

test('--only runs one scenario; a wrong option is refused with the usage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  const file = join(folder, 'two.scn');
  writeFileSync(file, good('one') + good('two'));
  const call = (...args) => spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
  try {
    assert.equal(call('--host=native', '--build=O0', '--only=two', file).stdout, goodTrace('two'));
    for (const wrong of [['--host=moon', file], ['--build=O9', file], ['--only=three', file], []]) {
      const { status, stdout, stderr } = call('--host=native', ...wrong);
      assert.equal(status, 2, wrong.join(' '));
      assert.equal(stdout, '');
      assert.match(stderr, /usage: node tests\/conformance\/scenario\.mjs/);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
