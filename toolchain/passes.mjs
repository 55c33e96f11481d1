// What the optimizer is told, in wasm-opt's words: once for asyncify, and once after asyncify.mjs for all the rest.
// -O3 is a list of its own. wasm-opt's inlines last, and then optimizes each function that something went into from the
// beginning, once more for each level. Asyncify's code wants two levels: so both come first, and all passes once. It takes half
// the time, and the code is as fast. With one level a yield takes a fifth longer.
const words = (text) => text.trim().split(/\s+/).map((name) => `--${name}`);

const unneeded = words('duplicate-function-elimination memory-packing once-reduction remove-unused-module-elements');
// Enough to tell how long a function is.
const short = words(`ssa-nomerge dce remove-unused-brs remove-unused-names optimize-instructions precompute-propagate
  simplify-locals-nostructure vacuum coalesce-locals simplify-locals vacuum merge-blocks remove-unused-brs
  remove-unused-names`);
// What wasm-opt does to each function at -O3, in its order.
const all = words(`ssa-nomerge dce remove-unused-names remove-unused-brs remove-unused-names optimize-instructions
  pick-load-signs precompute-propagate code-pushing simplify-locals-nostructure vacuum reorder-locals remove-unused-brs
  merge-locals coalesce-locals local-cse simplify-locals vacuum reorder-locals coalesce-locals reorder-locals vacuum
  code-folding merge-blocks remove-unused-brs remove-unused-names merge-blocks precompute-propagate
  optimize-instructions rse vacuum`);
const whole = words('simplify-globals-optimizing remove-unused-module-elements directize');
const inline = ['--inlining'];

const fast = [
  '--optimize-level=3', '--shrink-level=0',
  '--always-inline-max-function-size=30', '--flexible-inline-max-function-size=60',
  ...unneeded, ...inline, ...short, ...inline, ...all, ...whole,
];
// Notes of the compilers' go; functions as short as their call are inlined, a tenth of a switch's time; and what asyncify
// and state.mjs leave takes two rounds: 70 bytes of gzip.
const small = (level) => [level, '--strip-producers', '--strip-target-features', '--always-inline-max-function-size=6', level];

// For table.size in guest.c, memory.copy, and what -m flags bring: emcc notes none of them.
const features = ['reference-types', 'bulk-memory', 'sign-ext', 'nontrapping-float-to-int', 'simd']
  .map((name) => `--enable-${name}`);

// level: O0 to O3, Os, Oz. names: keep the functions' names, for traps that can be read.
export function passes({ level, names }) {
  const numbers = { O0: [1, 0], O1: [1, 0], O2: [2, 0], O3: [3, 0], Os: [2, 1], Oz: [2, 2] }[level];
  // The second run checks the same code, so the first need not: 25 ms.
  const asyncify = ['--no-validation', '--asyncify', '--pass-arg=asyncify-ignore-imports',
    `--optimize-level=${numbers[0]}`, `--shrink-level=${numbers[1]}`];
  const optimize = level === 'O3' ? fast : /[sz]/.test(level) ? small(`-${level}`) : [`-${level === 'O0' ? 'O1' : level}`];
  const named = names ? ['-g'] : [];
  return [[...features, ...asyncify, ...named], [...features, ...optimize, ...named]];
}
