// npm run docs: the API reference into docs/api: of the C header by Doxygen, of the types by typedoc. It fails on a
// public name without a word about it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BuildError, find } from '../toolchain/run.mjs';
import { main } from './cli.mjs';
import { root } from './make.mjs';

const out = join(root, 'docs/api');

function run(command, args, input) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, input, encoding: 'utf8' });
  if (status !== 0) throw new BuildError(`${stderr}${stdout}`.trim());
}

export const doxygenIsMissing = () => !find('doxygen') && 'doxygen is not there: ./build.sh setup test installs it';
export function referenceOfC(header = 'src/wasyncio.h', folder = out) {
  mkdirSync(folder, { recursive: true });
  run('doxygen', ['-'], `@INCLUDE = docs/Doxyfile\nINPUT = ${header}\nOUTPUT_DIRECTORY = ${folder}\n`);
  checkEnumerators(readFileSync(join(folder, 'xml/wasyncio_8h.xml'), 'utf8'));
}

// Doxygen's own look at what is not documented leaves these out.
function checkEnumerators(xml) {
  for (const [, name, words] of xml.matchAll(/<enumvalue [^]*?<name>(\w+)<\/name>([^]*?)<\/enumvalue>/g)) {
    if (!/<para>/.test(words)) throw new BuildError(`Enumerator ${name} is not documented.`);
  }
}

const typedoc = join(root, 'node_modules/typedoc/bin/typedoc');
export const typedocIsMissing = () => !existsSync(typedoc) && 'typedoc is not there: npm ci installs it';
export const referenceOfTypes = (options = 'docs/typedoc.json', folder = join(out, 'js')) =>
  run(process.execPath, [typedoc, '--options', options, '--out', folder]);

function all() {
  for (const why of [doxygenIsMissing(), typedocIsMissing()]) if (why) throw new BuildError(why);
  referenceOfC();
  referenceOfTypes();
  writeFileSync(join(out, 'index.html'), `<!doctype html>
<meta charset="utf-8"><title>wasyncio: reference</title>
<h1>wasyncio</h1>
<ul><li><a href="c/wasyncio_8h.html">C: wasyncio.h</a></li><li><a href="js/index.html">JavaScript</a></li></ul>
`);
  console.log('docs/api/index.html');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main('usage: npm run docs', process.argv.length === 2, all);
}
