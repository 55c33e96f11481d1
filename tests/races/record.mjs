#!/usr/bin/env node
// Records the traces anew from CPython: `npm run races:record`. Every .scn file here has its .trace beside it; that of
// twins.py is what the program prints.
import { readFileSync, writeFileSync } from 'node:fs';
import { CPython } from '../differential/cpython.mjs';
import { files, path } from './files.mjs';
import { printed } from './python.mjs';

const python = new CPython();
for (const name of files) {
  writeFileSync(path(`${name}.trace`), await python.run(readFileSync(path(`${name}.scn`), 'utf8')));
}
await python.close();
writeFileSync(path('twins.trace'), await printed(path('twins.py')));
console.log(`recorded ${files.length + 1} files`);
