// Unit tests by hand: node tests/core/alone.mjs SUITE HOST LEVEL [TEST...]. Prints what the program prints.
import { build, run } from './suite.mjs';
import { suites } from './suites.mjs';

const [name, host, level, ...tests] = process.argv.slice(2);
const suite = suites.find((one) => one.name === name);
if (!suite || !['native', 'wasi', 'emscripten', 'wasmtime'].includes(host) || !level) {
  console.error(`usage: node tests/core/alone.mjs SUITE HOST LEVEL [TEST...]
  SUITE  ${suites.map((one) => one.name).join(' or ')}
  HOST   native (LEVEL O0 to O3, or asan), wasi, emscripten or wasmtime (LEVEL O0 to O3, Os or Oz)`);
  process.exit(2);
}
const { code, output, complaint } = await run(host, await build(suite, host, level), tests);
process.stdout.write(output);
process.stderr.write(complaint);
if (code !== 0) console.error(`ended with ${code}`);
process.exitCode = code === 0 ? 0 : 1;
