#!/usr/bin/env node
// Prints the traces that CPython gives for scenario files: what a .trace file beside a .scn file holds.
import { readFileSync } from 'node:fs';
import { CPython } from './cpython.mjs';

const python = new CPython();
for (const file of process.argv.slice(2)) process.stdout.write(await python.run(readFileSync(file, 'utf8')));
await python.close();
