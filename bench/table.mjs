// Rows and bounds as text, for a terminal.
export function figure(x = NaN) {
  if (x >= 1000) return Math.round(x).toLocaleString('en');
  return x >= 100 ? x.toFixed(0) : x.toPrecision(3);
}
const times = [['s', 1e9], ['ms', 1e6], ['ns', 1]];

export const unitOf = (row) => ['ns_per_op', 'bytes_per_task', 'bytes'].find((key) => row[key] !== undefined);

/** A row's figures in the unit that suits its size: [name, the figures]. */
export function inUnit(row, ...values) {
  const unit = unitOf(row);
  const time = times.find(([, least]) => row[unit] >= least) ?? times.at(-1);
  const [name, scale] = { ns_per_op: time, bytes_per_task: ['B', 1], bytes: ['KB', 1024] }[unit];
  return [name, ...[row[unit], ...values].map((x) => figure(x / scale))];
}

export function table(title, rows) {
  const width = Math.max(16, ...rows.map(({ subject }) => subject.length)) + 2;
  const lines = rows.map((row) => {
    const [name, median, min, q1, q3] = inUnit(row, row.min, row.q1, row.q3);
    const spread = row.min === undefined ? '' : `   min ${min}, quartiles ${q1} to ${q3}`;
    const live = row.live ? `   of objects: ${figure(row.live)}` : '';
    const unit = unitOf(row);
    const ratio = unit === 'bytes' ? '' : `${figure(row[unit] / rows[0][unit])} x`.padStart(12);
    return `  ${row.subject.padEnd(width)}${median.padStart(12)} ${name.padEnd(2)}${ratio}${spread}${live}`;
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
