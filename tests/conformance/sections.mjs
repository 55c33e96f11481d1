// Cuts a text into named sections: each starts with a line `WORD NAME` and goes up to the next one.
export function sections(text, word) {
  const found = new Map();
  const start = new RegExp(`^[ \\t]*${word}[ \\t]+(\\S+)`);
  let lines = [];
  for (const line of text.split('\n')) {
    const name = start.exec(line)?.[1];
    if (name !== undefined) found.set(name, (lines = []));
    lines.push(line);
  }
  return new Map([...found].map(([name, its]) => [name, `${its.join('\n').trimEnd()}\n`]));
}
