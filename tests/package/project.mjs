// A user of the package: an empty folder with the packed tarball installed, and the commands that are run there.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from '../../scripts/make.mjs';
import { find } from '../../toolchain/run.mjs';
import { findToolchain } from '../../toolchain/toolchains.mjs';

let packed;
/** The tarball's path; packed once. */
export function tarball() {
  const folder = join(root, 'build/tests/package', String(process.pid));
  mkdirSync(folder, { recursive: true });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  packed ??= run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root })
    .then(({ stdout }) => join(folder, stdout.trim()));
  return packed;
}

// Far from this project, so that nothing of it can be reached; gone when the test is over.
function emptyFolder(t) {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'wasyncio-')));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Its environment when nothing is installed but Node and npm: no compiler on the PATH, nothing in HOME. */
export async function bareEnvironment(t) {
  const bare = emptyFolder(t);
  const bin = join(bare, 'bin'), home = join(bare, 'home');
  for (const path of [bin, home]) mkdirSync(path);
  for (const name of ['node', 'npm', 'npx', 'sh']) symlinkSync(realpathSync(find(name)), join(bin, name));
  // Where npm gets packages, which a user's npm knows too; and what it has got already.
  const setting = async (name) => (await run('npm', ['config', 'get', name])).stdout.trim();
  return {
    PATH: bin, HOME: home, npm_config_registry: await setting('registry'), npm_config_cache: await setting('cache'),
    npm_config_prefer_offline: 'true', npm_config_update_notifier: 'false',
  };
}

class Project {
  constructor(path, env) {
    this.path = path;
    this.env = env;
  }

  file(name) { return join(this.path, name); }

  write(name, text) { writeFileSync(this.file(name), text); }

  /** Runs a command; { status, stdout, stderr, seconds }, however it ends. hear: called with its stdout as it comes. */
  run(command, args = [], { hear = () => {}, env } = {}) {
    const started = performance.now();
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd: this.path, env: { ...this.env, ...env }, stdio });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        output[name] += text;
        hear(output[name], child);
      });
    }
    return new Promise((done, fail) => {
      child.on('error', fail);
      child.on('close', (status) => done({ status, ...output, seconds: (performance.now() - started) / 1000 }));
    });
  }

  /** The package's command, without npx's start. */
  wasyncio(args, options) {
    return this.run(process.execPath, [this.file('node_modules/wasyncio/bin/wasyncio.mjs'), ...args], options);
  }
}

/** An empty folder with the tarball installed. */
export async function installed(t, env = process.env) {
  const project = new Project(emptyFolder(t), env);
  const npm = ['install', '--no-audit', '--no-fund', '--offline', await tarball()];
  const { status, stderr } = await project.run('npm', npm);
  if (status !== 0) throw new Error(stderr);
  return project;
}

/** Why the toolchain of that name can't be used on this machine; false if it can: node:test's `skip`. */
export function lacking(name) {
  try {
    return !findToolchain(name);
  } catch (error) {
    return error.message;
  }
}

/** Why npm can't bring its toolchain here, else false; as node:test's `skip`. */
export const unreachable = (output) =>
  /E(NOTFOUND|AI_AGAIN|CONNREFUSED|TIMEDOUT|NETUNREACH|NOTCACHED)/.test(output) && 'npm reaches no registry';
