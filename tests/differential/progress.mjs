// What a run says while it runs: on a terminal one line that changes, else a line now and then.
export const terminal = process.stderr.isTTY;
const began = performance.now();
let toldAt = 0;

export const seconds = () => (performance.now() - began) / 1000;
export const count = (n) => n.toLocaleString('en');

export function progress(done, mismatches) {
  if (seconds() - toldAt < (terminal ? 0.2 : 10)) return;
  toldAt = seconds();
  const line = `${count(done)} programs, ${count(Math.round(done / toldAt))}/s, ${count(mismatches)} mismatches`;
  process.stderr.write(terminal ? `\r${line}   ` : `${line}\n`);
}

export const shrinking = (lines) => terminal && process.stderr.write(`\r${lines} lines   `);
