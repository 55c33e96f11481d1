// A folder to search: over 500 files, the same ones every time, with what makes counting lines hard in them. And what
// grep counts in it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export function random(seed) {
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

const PIECE = 65536;
const filler = (size) => 'hay '.repeat(Math.ceil(size / 4)).slice(0, size);

// The text across the border of two pieces, beginning `before` bytes before it.
const border = (before) => `${filler(PIECE - before)}needle\n`;

const special = {
  'empty': '',
  'no newline at the end': 'hay\nneedle',
  'only newlines': '\n\n\n',
  'many in one line': 'needle needle needle\nneedleneedle\n',
  'overlapping': 'aaab\naab\nab\nneneedle\nneedneedle\nneedl\ne\n',
  'carriage returns': 'needle\r\nhay\rneedle\r\n',
  'binary': Buffer.from('needle\0needle\0\nhay\0needle\n\xff\xfeneedle', 'latin1'),
  'a text that is cut by a 0 byte': 'need\0le\n',
  'größe': 'die größe der nadel: needle\n',
  'sub folder/deep/deeper/[a.b]*': 'aXb\n[a.b]*\nneedle\n',
  '-n': 'needle\n',
  'one long line': `${filler(300_000)}needle${filler(300_000)}needle`,
  'exactly one piece': `${filler(PIECE - 7)}\nneedle`,
  'a piece that ends with a line': `${filler(PIECE - 1)}\nneedle\n`,
  ...Object.fromEntries([0, 1, 3, 5, 6, 7].map((before) => [`border ${before}`, border(before)])),
};

export function makeTree() {
  const folder = mkdtempSync(join(tmpdir(), 'wasyncio-search-'));
  const write = (name, data) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, data);
  };
  for (const [name, data] of Object.entries(special)) write(name, data);
  const below = random(1);
  const words = ['needle', 'need', 'le', 'x', 'aab', ' ', '\n', '\n', 'größe', 'hay'];
  for (let i = 0; i < 550; i++) {
    let text = '';
    for (let n = below(4) === 0 ? 0 : below(2000); n > 0; n--) text += words[below(i % 3 ? words.length : 3) || 9];
    write(`folder ${i % 23}/${i % 5}/file ${i}.txt`, text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

// A file that takes long to read and no space on the disk: zeros.
export function addEndless(folder) {
  const path = join(folder, 'endless');
  writeFileSync(path, '');
  truncateSync(path, 2 ** 36);
  return path;
}

// path -> the number of lines, for every file below the folder.
export function grep(text, folder) {
  const args = ['-r', '-c', '-Z', '-F', '-e', text, folder];
  const { status, stdout, stderr, error } = spawnSync('grep', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (error || status > 1) throw error ?? new Error(`grep ended with ${status}: ${stderr}`);
  return new Map([...stdout.matchAll(/([^\0]*)\0(\d+)\n/g)].map(([, path, count]) => [path, Number(count)]));
}

// What the search is to print of that: the hits in the order of the paths' bytes.
export function printed(counts) {
  const hits = [...counts].filter(([, count]) => count > 0).map(([path, count]) => `${path}: ${count}\n`);
  const bytes = hits.map((line) => Buffer.from(line));
  return Buffer.concat(bytes.sort(Buffer.compare)).toString();
}
