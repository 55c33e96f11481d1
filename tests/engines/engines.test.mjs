// The same wasm in other engines: switching needs nothing of the host. docs/wasi.md has the table of all; here each
// that is there runs the release build. wasmtime and Node run more in tests/core and tests/conformance.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkScenarios, checkSuite, suites } from './check.mjs';
import { engines } from './engines.mjs';

for (const engine of engines.filter(({ name }) => name !== 'wasmtime' && name !== 'Node')) {
  const skip = engine.find() ? false : 'not installed: node tests/engines/run.mjs --install';
  test(`${engine.name}: suites and scenarios`, { skip }, async (context) => {
    const results = [];
    for (const suite of suites) results.push(await checkSuite(engine, suite, 'O3'));
    results.push(await checkScenarios(engine, 'O3'));
    const failures = results.flatMap((result) => result.failures);
    assert.deepEqual(failures, []);
    context.diagnostic(results.map(({ passed, total }) => `${passed} of ${total}`).join(', '));
  });
}
