// Where this project is, and what it makes: all in build/ and dist/, only what is out of date (toolchain/make.mjs).
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { maker } from '../toolchain/make.mjs';

export { run } from '../toolchain/run.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const cache = join(root, 'build');
export const projectMaker = maker(root, cache);
export const { makeFile, compile, archive } = projectMaker;
