// The types: they hold under --strict, the uses in types.ts mean what they say, and they name what the modules export.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import * as bindings from '../../bindings/index.js';
import * as streams from '../../bindings/streams.js';
import * as trace from '../../bindings/trace.js';
import { declaredIn, here, root } from './setup.mjs';

const tsc = join(root, 'node_modules/typescript/bin/tsc');
const skip = existsSync(tsc) ? false : 'typescript is not installed: npm ci';

// Without a page's types, Node's alone, which know no WebAssembly: of a program, and of the declarations themselves.
for (const [lib, types, file] of [
  ['es2022,dom', '', 'types.ts'], ['esnext,dom', '', 'types.ts'], ['es2022', 'node', 'types.node.ts'],
]) {
  test(`tsc --strict, lib ${lib}${types && `, types ${types}`}`, { skip }, async () => {
    const options = ['--strict', '--exactOptionalPropertyTypes', '--noEmit', '--target', 'es2022', '--module', 'nodenext',
      '--lib', lib, '--skipLibCheck', 'false', ...(types ? ['--types', types] : [])];
    await assert.doesNotReject(
      promisify(execFile)(process.execPath, [tsc, ...options, join(here, file)]).catch((error) => {
        throw new Error(error.stdout);
      }),
    );
  });
}

test('the types name what the modules export', () => {
  assert.deepEqual(declaredIn('index.d.ts'), Object.keys(bindings).sort());
  assert.deepEqual(declaredIn('streams.d.ts'), Object.keys(streams).sort());
  assert.deepEqual(declaredIn('trace.d.ts'), Object.keys(trace).sort());
});
