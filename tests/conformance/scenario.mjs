#!/usr/bin/env node
// Runs scenarios and prints their traces: `== NAME` and what happened, for every scenario of every file.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { main } from '../../scripts/cli.mjs';
import { build, hosts, missing, run } from './hosts.mjs';
import { sections } from './sections.mjs';

const usage = `usage: node tests/conformance/scenario.mjs [--host=HOST] [--build=LEVEL] [--only=NAME] FILE...
  --host   ${Object.keys(hosts).join(', ')}; emscripten when it is not given
  --build  O0 or O3; native has asan too; O3 when it is not given
  --only   run that scenario alone`;

function refuse(why) {
  console.error(`${why}\n${usage}`);
  process.exit(2);
}

function words() {
  try {
    const options = { host: { type: 'string' }, build: { type: 'string' }, only: { type: 'string' } };
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return refuse(error.message);
  }
}

const { values, positionals: files } = words();
const { host = 'emscripten', build: level = 'O3', only } = values;
if (!hosts[host]) refuse(`no such host: ${host}`);
if (!hosts[host].levels.includes(level)) refuse(`no such build for ${host}: ${level}`);
if (!files.length) refuse('no file');

if (missing(host)) refuse(missing(host));

const read = (file) => {
  try { return readFileSync(file, 'utf8'); } catch (error) { return refuse(`${file} can't be read: ${error.message}`); }
};
const whole = files.map(read).join('\n');
const text = only ? sections(whole, 'scenario').get(only) : whole;
if (text === undefined) refuse(`no such scenario: ${only}`);
await main(usage, true, async () => {
  const { code, trace, complaint } = await run(host, await build(host, level), text);
  process.stderr.write(complaint);
  process.exitCode = typeof code === 'number' ? code : 1;
  process.stdout.write(trace);
});
