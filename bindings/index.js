/* wasyncio where there may be files: the same, but that a string without a scheme is a path. Nothing of Node is imported:
 * its fs is asked for by name at run time, so this works in a page as well. */
import { loadBy } from './load.js';
import { tellIfStuck } from './stuck.js';

export * from './browser.js';
export const load = async (source, options) => tellIfStuck(await loadBy(open, source, options));

function open(name) {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises');
  const isUrl = /^[a-z][a-z\d+.-]+:/i.test(name);
  return fs && (!isUrl || /^file:/i.test(name)) ? fs.readFile(isUrl ? new URL(name) : name) : fetch(name);
}
