// What is judged: the runtime on one of its hosts, through the conformance driver. It may crash or hang: then the batch
// is cut until it is known at which program, and that program's trace says so.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sections } from '../conformance/sections.mjs';
import { CPython } from './cpython.mjs';
import { print } from './tree.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DRIVER = join(ROOT, 'tests/conformance/scenario.mjs');
export const FOLDER = join(ROOT, 'build/differential');
const START_MS = 60_000; // includes building the driver
const EACH_MS = 50;

/** Runs the driver on a file; `ended` tells how, if not well. */
async function drive(file, host, fault, limit) {
  const env = { ...process.env, ...(fault ? { WASYNCIO_FAULT: fault } : {}) };
  const child = spawn(process.execPath, [DRIVER, `--host=${host}`, file], { cwd: ROOT, env, detached: true });
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

class Runtime {
  constructor(host, fault) {
    Object.assign(this, { host, fault });
    mkdirSync(FOLDER, { recursive: true });
    this.file = join(FOLDER, `batch-${process.pid}.scn`);
  }

  async run(scenarios) {
    writeFileSync(this.file, scenarios.map(print).join('\n'));
    const { traces, ended } = await drive(this.file, this.host, this.fault, START_MS + EACH_MS * scenarios.length);
    if (!ended) return traces;
    if (scenarios.length === 1) return new Map([[scenarios[0].name, `${[...traces.values()].join('')}${ended}\n`]]);
    const sure = [...traces].slice(0, -1); // the last one may be the one that it broke at
    const rest = scenarios.slice(sure.length);
    const half = Math.ceil(rest.length / 2);
    const parts = [await this.run(rest.slice(0, half)), await this.run(rest.slice(half))];
    return new Map([...sure, ...parts.flatMap((part) => [...part])]);
  }

  async close() {}
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

export const subject = (host, fault) => (host === 'cpython' ? new Damaged(fault) : new Runtime(host, fault));
