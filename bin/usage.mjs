// The words of a command line, checked: what a command's file gives as `options` is what node:util's parseArgs takes.
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';

export class UsageError extends Error {}

// Returns { values, words, rest }: the options, the words that are none, and what stands behind `--`.
export function parse(name, args, options) {
  const split = args.indexOf('--');
  const own = split < 0 ? args : args.slice(0, split);
  try {
    const { values, positionals } = parseArgs({ args: own, options, allowPositionals: true });
    return { values, words: positionals, rest: split < 0 ? [] : args.slice(split + 1) };
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    const [, letter] = /^Unknown option '-(\w)'/.exec(error.message) ?? [];
    const behind = name === 'build' && letter ? "; other flags of a compiler's stand behind --" : '';
    // The whole word: parseArgs reads one like -std=c++17 letter by letter.
    const word = own.find((each) => letter && each.startsWith(`-${letter}`)) ?? `-${letter}`;
    const sentence = error.message.split(/\.? *\n|\. /)[0].replace(`'-${letter}'`, `'${word}'`)
      .replace('argument is ambiguous', 'needs a value, which does not begin with -');
    throw new UsageError(`${name}: ${sentence.replace(/^[A-Z]/, (letter) => letter.toLowerCase())}` +
      `${behind}; see npx wasyncio ${name} --help`);
  }
}

export const expect = (sane, why) => { if (!sane) throw new UsageError(why); };

const isFolder = (path) => existsSync(path) && statSync(path).isDirectory();

/** existsSync alone takes a folder for a file; statSync alone throws where a path leads through a file, or a circle of links. */
export function expectFile(name, path) {
  expect(existsSync(path) && !isFolder(path), `${name}: there is no file ${path}`);
}

export function expectOutput(name, path) {
  const folder = dirname(resolve(path));
  expect(isFolder(folder), `${name}: there is no folder ${folder} for the output`);
  expect(!isFolder(path), `${name}: the output ${path} is a folder`);
}
