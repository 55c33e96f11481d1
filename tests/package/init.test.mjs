// npx wasyncio init in a workspace of npm's, which puts packages into the root's node_modules. What it makes elsewhere:
// npm.test.mjs.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { installed, unreachable } from './project.mjs';

const cleanup = [];
let project;
const json = (name) => JSON.parse(readFileSync(project.file(name), 'utf8'));
const env = { npm_config_offline: 'true' };

before(async () => {
  project = await installed({ after: (f) => cleanup.push(f) });
  mkdirSync(project.file('pkgs/known'), { recursive: true });
  project.write('pkgs/known/package.json', '{ "name": "known" }');
  project.write('package.json', JSON.stringify({ ...json('package.json'), private: true, workspaces: ['pkgs/*'] }));
  const { status, stderr } = await project.run('npm', ['install', '--no-audit', '--no-fund'], { env });
  assert.equal(status, 0, stderr);
});
after(() => cleanup.forEach((f) => f()));

// Makes the project in a folder; why that cannot be here.
async function init(folder, more) {
  const made = await project.wasyncio(['init', folder], { env: { ...env, ...more } });
  const skip = unreachable(made.stderr);
  if (!skip) assert.equal(made.status, 0, made.stderr);
  return { ...made, skip };
}

test('the page of a workspace has its modules, and no other file of the root', async (t) => {
  const { skip } = await init('pkgs/known');
  if (skip) return t.skip(skip);
  project.write('secret.txt', '');
  const statuses = async (url) => {
    const page = await (await fetch(url)).text();
    const modules = Object.values(JSON.parse(/<script type="importmap">(.*?)<\/script>/s.exec(page)[1]).imports);
    assert.equal(modules.length, 3);
    const others = ['/secret.txt', '/..%2f..%2fsecret.txt', '/node_modules/wasyncio/..%2f..%2fsecret.txt', '/node_modules/wasyncio',
      '/node_modules/wasyncio/', '/bindings/browser.js'];
    return Promise.all(['/app.c', ...modules, ...others].map(async (path) => (await fetch(new URL(path, url))).status));
  };
  let seen;
  const { stderr } = await project.run('node', ['pkgs/known/serve.mjs'], {
    env: { PORT: '0' },
    hear(text, child) {
      if (/^http.*\n/.test(text)) seen ??= statuses(text.trim()).finally(() => child.kill());
    },
  });
  assert.deepEqual(await seen, [200, 200, 200, 200, 404, 404, 404, 404, 404, 404], stderr);
  return undefined;
});

test('in a folder that npm does not know yet, the package becomes a dependency all the same', async (t) => {
  const { skip } = await init('pkgs/new');
  if (skip) return t.skip(skip);
  assert.match(json('pkgs/new/package.json').devDependencies?.wasyncio ?? '', /^file:\.\.\/.*\.tgz$/);
  assert.ok(json('package-lock.json').packages['pkgs/new'].devDependencies.wasyncio);
  return undefined;
});

test('where npm is told to note nothing, init says so', async (t) => {
  const { skip, stdout } = await init('pkgs/unsaved', { npm_config_save: 'false' });
  if (skip) return t.skip(skip);
  assert.equal(json('pkgs/unsaved/package.json').devDependencies, undefined);
  assert.match(stdout, /^npm did not note in package\.json what it installed: npm install --save .*\.tgz$/m);
  return undefined;
});
