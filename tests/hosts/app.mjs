// Makes a user of the package: a folder with the packed tarball installed, what is in app/, and programs in C that the
// package compiled. Nothing of the checkout is used by it.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/make.mjs';
import { run } from '../../toolchain/run.mjs';
import { tools } from './tools.mjs';

/** Its path. It lies beside the tools' modules, so that a bundler's configuration finds the bundler's plugins. */
export async function makeApp(t) {
  mkdirSync(tools, { recursive: true });
  const app = mkdtempSync(join(tools, 'app-'));
  t.after(() => rmSync(app, { recursive: true, force: true }));
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', app], { cwd: root });
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }');
  await run('npm', ['install', '--no-audit', '--no-fund', '--offline', `./${stdout.trim()}`], { cwd: app });
  cpSync(join(root, 'tests/hosts/app'), app, { recursive: true });
  for (const [source, out] of [['tasks.c', 'app.wasm'], ['streams.c', 'streams.wasm']]) {
    cpSync(join(root, 'tests/bindings', source), join(app, source));
    await run('npx', ['--no', 'wasyncio', 'build', source, '-o', out], { cwd: app });
  }
  return app;
}

/** Builds a program with Emscripten's own glue in a folder of the app's, by the manual's own commands. */
export async function makeGlue(app) {
  const folder = join(app, 'glue');
  const bindings = join(root, 'tests/bindings');
  cpSync(join(bindings, 'glue.c'), join(folder, 'app.c'));
  cpSync(join(bindings, 'glue.mjs'), join(folder, 'check.mjs'));
  const [script] = /^ {4}W=.*?^ {4}npx.*?$/ms.exec(readFileSync(join(root, 'docs/data.md'), 'utf8'));
  await run('sh', ['-ec', script.replace('W=', 'W=../')], { cwd: folder });
  cpSync(join(folder, 'app.js'), join(folder, 'app.cjs')); // it is no module, and this folder's .js are
}
