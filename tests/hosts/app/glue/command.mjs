// load({ emscripten }) in a host that is a command. Prints what was seen, and what is expected, as lines of JSON.
import { load } from 'wasyncio';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { check, expected } from './check.mjs';

const createModule = createRequire(import.meta.url)('./app.cjs');
const wasmBinary = readFileSync(new URL('app.wasm', import.meta.url));
for (const seen of [await check(load, createModule, { wasmBinary }), expected]) console.log(JSON.stringify(seen));
