// Hosts down, groups of cases across: how many passed, of how many where some failed.
export class Table {
  #rows = [];

  /** results: of suite.mjs. */
  add(host, version, results) {
    const groups = new Map();
    for (const { name, error } of results) {
      const group = name.slice(0, name.indexOf(':'));
      const counts = groups.get(group) ?? { passed: 0, all: 0 };
      groups.set(group, { passed: counts.passed + (error ? 0 : 1), all: counts.all + 1 });
    }
    const passed = results.filter(({ error }) => !error).length;
    const seconds = results.reduce((sum, { ms }) => sum + ms, 0) / 1000;
    this.#rows.push({ host, version, groups, total: { passed, all: results.length }, seconds });
  }

  toString() {
    if (this.#rows.length === 0) return 'no host ran';
    const cell = ({ passed, all } = { passed: 0, all: 0 }) => (passed === all ? `${all}` : `${passed} of ${all}`);
    const groups = [...this.#rows[0].groups.keys()];
    const lines = [
      ['host', 'version', ...groups, 'all', 'seconds'],
      ...this.#rows.map((row) => [
        row.host, row.version, ...groups.map((group) => cell(row.groups.get(group))), cell(row.total),
        row.seconds.toFixed(1),
      ]),
    ];
    const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
    const text = (line) => `| ${line.map((one, i) => one[i < 2 ? 'padEnd' : 'padStart'](widths[i])).join(' | ')} |`;
    const rule = widths.map((width, i) => (i < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
    return [text(lines[0]), text(rule), ...lines.slice(1).map(text)].join('\n');
  }
}
