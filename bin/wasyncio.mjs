#!/usr/bin/env node
// npx wasyncio COMMAND ...: each command is a file of this folder, which says how it is used and does it.
// Law: a wrong use is one line on stderr and exit status 2; what failed is status 1; a stack trace is a fault of ours.
import { readFileSync } from 'node:fs';
import { BuildError } from '../toolchain/run.mjs';
import { UsageError, parse } from './usage.mjs';

const commands = {
  build: 'compile C with the runtime into one wasm',
  instrument: 'the last step of a build of your own: make a linked wasm suspendable',
  init: 'make a project that runs: a C file, a page, a Node script, a test',
  run: 'run one task of a wasm',
  demo: 'serve a page with C tasks that a click aborts',
};

const help = () => `usage: npx wasyncio COMMAND ...\n
${Object.entries(commands).map(([name, what]) => `  ${name.padEnd(12)}${what}`).join('\n')}\n
npx wasyncio help COMMAND tells more. --version: the version.`;

const version = () => JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

async function main([name, ...args]) {
  if (name === '--version' || name === '-v') return console.log(version());
  if (name === 'help' && args.length) return main([args[0], '--help']);
  if (name === '--help' || name === '-h' || name === 'help') return console.log(help());
  const known = `the commands are ${Object.keys(commands).join(', ')}; see npx wasyncio --help`;
  if (name === undefined) throw new UsageError(`no command: ${known}`);
  if (!Object.hasOwn(commands, name)) throw new UsageError(`no command '${name}': ${known}`);
  const command = await import(`./${name}.mjs`);
  const behind = args.indexOf('--'); // what stands there is an input's
  const own = behind < 0 ? args : args.slice(0, behind);
  if (own.includes('--help') || own.includes('-h')) return console.log(command.help);
  command.refuse?.(args);
  return command.main(parse(name, args, command.options));
}

process.stdout.on('error', (error) => {
  if (error.code === 'EPIPE') return; // a reader that has had enough; then nobody wants the rest
  console.error(`wasyncio: the output can't be written: ${error.message}`);
  process.exit(1);
});

// A disk that is full, a right that is missing.
const ofSystem = (error) => error?.syscall !== undefined && error.code !== undefined;

try {
  process.exitCode = await main(process.argv.slice(2)) ?? 0;
} catch (error) {
  if (!(error instanceof UsageError || error instanceof BuildError || ofSystem(error))) throw error;
  console.error(`wasyncio: ${error.message}`);
  process.exit(error instanceof UsageError ? 2 : 1); // though a host module may hold what keeps Node running
}
