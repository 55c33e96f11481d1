// Scenarios as trees, so that a program can be made and made smaller without looking at text:
//   scenario { name, objects: [words], bodies: [{ name, ops: [op] }] }
//   op { words, body?, kind?, handler?, final? }   (a block holds `body`; `try` also a handler for `kind`, and `final`)

export const op = (...words) => ({ words: words.map(String) });
export const block = (words, body, rest = {}) => ({ words, body, ...rest });

function lines(ops, indent) {
  return ops.flatMap((node) => {
    const head = indent + node.words.join(' ');
    if (!node.body) return [head];
    return [
      head,
      ...lines(node.body, indent + '  '),
      ...(node.handler ? [`${indent}except ${node.kind}`, ...lines(node.handler, indent + '  ')] : []),
      ...(node.final ? [`${indent}finally`, ...lines(node.final, indent + '  ')] : []),
      `${indent}end`,
    ];
  });
}

export function print(scenario) {
  return [
    `scenario ${scenario.name}`,
    ...scenario.objects.map((words) => `object ${words.join(' ')}`),
    ...scenario.bodies.flatMap(({ name, ops }) => [`body ${name}`, ...lines(ops, '  '), 'end']),
  ].join('\n') + '\n';
}

const BLOCKS = new Set(['try', 'timeout', 'group', 'repeat']);
const CLOSERS = new Set(['end', 'except', 'finally']);

export function parse(text) {
  const plain = text.split('\n').map((line) => line.replace(/#.*/, '').trim()).filter(Boolean);
  const rows = plain.map((line) => line.split(/\s+/));
  const scenarios = [];
  let at = 0;
  function ops() {
    const found = [];
    while (!CLOSERS.has(rows[at][0])) {
      const words = rows[at++];
      found.push(BLOCKS.has(words[0]) ? closed(words) : { words });
    }
    return found;
  }
  function closed(words) {
    const node = block(words, ops());
    if (rows[at][0] === 'except') {
      node.kind = rows[at++][1];
      node.handler = ops();
    }
    if (rows[at][0] === 'finally') {
      at++;
      node.final = ops();
    }
    at++;
    return node;
  }
  while (at < rows.length) {
    const [what, ...words] = rows[at++];
    if (what === 'scenario') scenarios.push({ name: words[0], objects: [], bodies: [] });
    else if (what === 'object') scenarios.at(-1).objects.push(words);
    else {
      scenarios.at(-1).bodies.push({ name: words[0], ops: ops() });
      at++;
    }
  }
  return scenarios;
}

/** Every op of the tree, blocks before what they hold. */
export function* walk(ops) {
  for (const node of ops) {
    yield node;
    for (const part of [node.body, node.handler, node.final]) if (part) yield* walk(part);
  }
}
