// What the bindings weigh: minified and gzipped, as a page's bundler takes them from the package, whole and in parts. A
// part weighs what the whole loses when that part's modules are empty.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { root } from '../scripts/make.mjs';

export const gzip = (bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }).length;

const parts = {
  'tasks, futures, signals': ['task', 'future', 'cause', 'signals'],
  'combinators, scopes, deadlines': ['combine', 'scopes', 'deadline'],
  'memory, host functions': ['memory', 'ops'],
  WASI: ['wasi'],
  turns: ['schedule', 'frames'],
  reports: ['reports'],
};

async function weigh(contents, without = []) {
  const { build } = await import('esbuild');
  const empty = {
    name: 'empty',
    setup(bundler) {
      bundler.onLoad({ filter: /[/\\]bindings[/\\]\w+\.js$/ }, ({ path }) => {
        if (!without.includes(basename(path, '.js'))) return undefined;
        const names = [...readFileSync(path, 'utf8').matchAll(/^export (?:async )?(?:class|const|function) (\w+)/gm)];
        return { contents: names.map(([, name]) => `export class ${name} {}`).join('\n') };
      });
    },
  };
  const { outputFiles: [file] } = await build({
    stdin: { contents, resolveDir: root }, bundle: true, minify: true, format: 'esm', write: false, plugins: [empty],
  });
  return gzip(file.contents);
}

/** [what, bytes] of the whole, of what comes on top where it is imported, and of the parts. */
export async function scriptSizes() {
  const all = "export * from 'wasyncio';";
  const whole = await weigh(all);
  const sizes = [['bindings, minified', whole]];
  for (const more of ['streams', 'trace']) {
    sizes.push([`bindings, minified: with ${more}`, await weigh(`${all} export * from 'wasyncio/${more}';`)]);
  }
  for (const [part, modules] of Object.entries(parts)) {
    sizes.push([`bindings, minified: of it ${part}`, whole - await weigh(all, modules)]);
  }
  return sizes;
}
