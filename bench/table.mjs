// Rows as text, for a terminal.
const figure = (x) => (x >= 1000 ? Math.round(x).toLocaleString('en') : x >= 100 ? x.toFixed(0) : x.toPrecision(3));

export function table(title, rows, unit) {
  const first = rows[0]?.[unit];
  const lines = rows.map((row) => {
    const spread = row.min === undefined
      ? (row.live ? `   of objects: ${figure(row.live)}` : '')
      : `   min ${figure(row.min)}, quartiles ${figure(row.q1)} to ${figure(row.q3)}`;
    const ratio = `${figure(row[unit] / first)} x`;
    return `  ${row.subject.padEnd(18)}${figure(row[unit]).padStart(12)} ${unit === 'ns_per_op' ? 'ns' : 'B'}` +
      `${ratio.padStart(12)}${spread}`;
  });
  return [title, ...lines].join('\n');
}
