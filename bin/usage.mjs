// The words of a command line, checked: what a command's file gives as `options` is what node:util's parseArgs takes.
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
    const flag = /^Unknown option '(-\w)/.exec(error.message)?.[1];
    const whole = flag && own.find((word) => word.startsWith(flag));
    if (name === 'build' && whole) throw new UsageError(`build: ${whole} stands behind --, as any other flag of a compiler's`);
    const [sentence] = error.message.split(/\.? *\n|\. /);
    throw new UsageError(`${name}: ${sentence.replace(/^[A-Z]/, (letter) => letter.toLowerCase())}` +
      `; see npx wasyncio ${name} --help`);
  }
}

export const expect = (sane, why) => { if (!sane) throw new UsageError(why); };
