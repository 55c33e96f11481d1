// The files of races: scenarios with the traces that CPython gave.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const path = (name) => join(here, name);
export const files = readdirSync(here).filter((name) => name.endsWith('.scn')).map((name) => name.slice(0, -4)).sort();
