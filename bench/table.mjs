// Rows and bounds as text, for a terminal.
export function figure(x) {
  if (x >= 1000) return Math.round(x).toLocaleString('en');
  return x >= 100 ? x.toFixed(0) : x.toPrecision(3);
}
const scales = { ns_per_op: ['ns', 1], bytes_per_task: ['B', 1], bytes: ['KB', 1 / 1024] };

export const unitOf = (row) => Object.keys(scales).find((key) => row[key] !== undefined);
export function inUnit(row) {
  const [name, scale] = scales[unitOf(row)];
  return `${figure(row[unitOf(row)] * scale)} ${name}`;
}

export function table(title, rows) {
  const lines = rows.map((row) => {
    const unit = unitOf(row);
    const { min, q1, q3 } = row;
    const spread = min === undefined ? '' : `   min ${figure(min)}, quartiles ${figure(q1)} to ${figure(q3)}`;
    const live = row.live ? `   of objects: ${figure(row.live)}` : '';
    const ratio = unit === 'bytes' ? '' : `${figure(row[unit] / rows[0][unit])} x`.padStart(12);
    const who = row.bench === 'size' ? `${row.subject}, ${row.host}`.padEnd(40) : row.subject.padEnd(18);
    return `  ${who}${inUnit(row).padStart(15)}${ratio}${spread}${live}`;
  });
  return [title, ...lines].join('\n');
}

export function verdicts(judged) {
  const width = Math.max(...judged.map(({ what }) => what.length));
  const lines = judged.map(({ what, limit, reached, least, unit, ok }) => {
    const figures = [reached, least].map((x) => figure(x).padStart(8)).join('  ');
    return `  ${what.padEnd(width)}  ${`${limit} ${unit}`.padEnd(32)}${figures}  ${ok ? 'ok' : 'NOT'}`;
  });
  return [`${'bounds'.padEnd(width + 34)}    median      min`, ...lines].join('\n');
}
