// The programs of unit tests: every C file of a folder, and the runner.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/make.mjs';

const unit = join(root, 'tests/core/unit.c');
const filesOf = (folder) => {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.c')).sort();
  return [...new Set([unit, ...names.map((name) => join(root, folder, name))])];
};

const wrapped = ['malloc', 'wa__alloc', 'wa__block_alloc']; // so that memory.c can make them fail
export const core = { name: 'core', files: filesOf('tests/core'), flags: wrapped.map((name) => `-Wl,--wrap=${name}`) };
export const fiber = { name: 'fiber', files: filesOf('tests/fiber') };
export const races = { name: 'races', files: [unit, join(root, 'tests/races/beyond.c')] };
export const io = { name: 'io', files: filesOf('tests/io') };
export const suites = [core, fiber, races, io];
