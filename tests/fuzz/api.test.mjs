// Whatever a program calls, right or wrong, in whatever order: what is wrong is refused, what is right is not, and nothing is
// left; and it does the same on every host. A million programs: node tests/fuzz/api.mjs --programs=1000000
import test from 'node:test';
import { compare, runPrograms } from './api/run.mjs';

test('random programs, native asan', async (context) => {
  const count = 30_000;
  const seconds = await runPrograms({ host: 'native', level: 'asan', seed: 1, count });
  context.diagnostic(`${count} programs in ${seconds.toFixed(1)} s`);
});

for (const host of ['wasi', 'emscripten']) {
  for (const level of ['release', 'O0']) {
    test(`random programs do the same as natively, ${host} ${level}`, async (context) => {
      const count = 3000;
      const seconds = await compare({ host, level, seed: 1, count });
      context.diagnostic(`${count} programs in ${seconds.toFixed(1)} s`);
    });
  }

  test(`random programs without memory, ${host} release`, async (context) => {
    const count = 3000;
    const seconds = await runPrograms({ host, level: 'release', seed: 1, count });
    context.diagnostic(`${count} programs in ${seconds.toFixed(1)} s`);
  });
}
