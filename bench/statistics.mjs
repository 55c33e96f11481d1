// Of repeated measurements: the median, and how far they spread.
function quantile(sorted, q) {
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return sorted[low] + (sorted[Math.ceil(at)] - sorted[low]) * (at - low);
}

export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, q1, median, q3, max] = [0, 0.25, 0.5, 0.75, 1].map((q) => quantile(sorted, q));
  return { median, min, q1, q3, max, rounds: sorted.length };
}
