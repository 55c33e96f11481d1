// What is judged: the runtime on one of its hosts, through the conformance driver. It may crash or hang: then the batch
// is cut until it is known at which program; that one's trace says how it ended, and those after it have none.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sections } from '../conformance/sections.mjs';
import { CPython } from './cpython.mjs';
import { print } from './tree.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DRIVER = join(ROOT, 'tests/conformance/scenario.mjs');
export const FOLDER = join(ROOT, 'build/differential');
const START_MS = 180_000; // includes building the driver
const EACH_MS = 50;

/** Runs the driver on a file; `ended` tells how, if not well. */
async function drive(file, { host, build, fault }, limit) {
  const env = { ...process.env, ...(fault ? { WASYNCIO_FAULT: fault } : {}) };
  const args = [DRIVER, `--host=${host}`, ...(build ? [`--build=${build}`] : []), file];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, detached: true });
  let out = '', complaint = '', ended = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (complaint += text));
  const timer = setTimeout(() => {
    ended = `no end within ${limit / 1000} s`;
    process.kill(-child.pid, 'SIGKILL'); // the driver and what it started
  }, limit);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (...how) => resolve(how));
  });
  clearTimeout(timer);
  if (!ended && (code || signal)) ended = `ended with ${signal ?? code}\n${complaint.trim()}`;
  return { traces: sections(out, '=='), ended };
}

/** The runtime breaks, but at no program that could be shown. */
export class Broken extends Error {}

class Runtime {
  constructor(which) {
    this.which = which;
    mkdirSync(FOLDER, { recursive: true });
    this.file = join(FOLDER, `batch-${process.pid}.scn`);
  }

  /** The traces up to and with the first program that it breaks at. */
  async run(scenarios) {
    return (await this.attempt(scenarios)).traces;
  }

  async attempt(scenarios) {
    writeFileSync(this.file, scenarios.map(print).join('\n'));
    const { traces, ended } = await drive(this.file, this.which, START_MS + EACH_MS * scenarios.length);
    if (!ended) return { traces };
    if (scenarios.length === 1) {
      const trace = [...traces.values()].join('') + ended + '\n';
      return { traces: new Map([[scenarios[0].name, trace]]), broken: true };
    }
    return this.search(scenarios, [...traces].slice(0, -1), ended);
  }

  /** The driver broke at the program after the sure ones, if it lost no output: that one is looked at first. */
  async search(scenarios, sure, ended) {
    const rest = scenarios.slice(sure.length);
    const half = Math.ceil((rest.length + 1) / 2);
    const found = new Map(sure);
    for (const part of [rest.slice(0, 1), rest.slice(1, half), rest.slice(half)].filter(({ length }) => length)) {
      const { traces, broken } = await this.attempt(part);
      for (const [name, trace] of traces) found.set(name, trace);
      if (broken) return { traces: found, broken };
    }
    const batch = join(FOLDER, 'together.scn');
    writeFileSync(batch, scenarios.map(print).join('\n'));
    throw new Broken(`The programs of ${batch} run one by one, but not in a row: ${ended}
That is a fault of memory; --host=native --build=asan may tell where.`);
  }

  async close() {
    rmSync(this.file, { force: true });
  }
}

/** CPython damaged on purpose stands in for a runtime: so the differential test tests itself. */
class Damaged {
  constructor(fault) {
    this.python = new CPython(fault);
  }

  async run(scenarios) {
    return sections(await this.python.run(scenarios.map(print).join('\n')), '==');
  }

  close() {
    return this.python.close();
  }
}

/** which: { host, build, fault }, as the driver takes them. */
export const subject = (which) => (which.host === 'cpython' ? new Damaged(which.fault) : new Runtime(which));
