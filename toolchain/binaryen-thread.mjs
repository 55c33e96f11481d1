// The thread of binaryen.mjs: a wasm and flags in, a wasm out. It takes those of wasm-opt's flags that passes.mjs uses, and in
// the same order.
import { parentPort, workerData } from 'node:worker_threads';

// What it prints is why it fails.
let printed = '';
console.error = console.warn = (...words) => { printed += `${words.join(' ')}\n`; };

const { default: binaryen } = await import(workerData);

const featureNames = {
  'reference-types': ['ReferenceTypes'], 'bulk-memory': ['BulkMemory', 'BulkMemoryOpt'], 'sign-ext': ['SignExt'],
  'nontrapping-float-to-int': ['NontrappingFPToInt'], simd: ['SIMD128'],
};
const levels = { O1: [1, 0], O2: [2, 0], O3: [3, 0], Os: [2, 1], Oz: [2, 2] };

function setLevels(optimize, shrink) {
  binaryen.setOptimizeLevel(optimize);
  binaryen.setShrinkLevel(shrink);
}

const settings = {
  'pass-arg': (text) => {
    const [, key, value = '1'] = /^([^@]+)(?:@(.*))?$/.exec(text);
    binaryen.setPassArgument(key, value);
  },
  'optimize-level': (text) => binaryen.setOptimizeLevel(Number(text)),
  'shrink-level': (text) => binaryen.setShrinkLevel(Number(text)),
  'always-inline-max-function-size': (text) => binaryen.setAlwaysInlineMaxSize(Number(text)),
  'flexible-inline-max-function-size': (text) => binaryen.setFlexibleInlineMaxSize(Number(text)),
};
const inlining = [binaryen.getAlwaysInlineMaxSize(), binaryen.getFlexibleInlineMaxSize()];

// Flags are settings, which hold for the whole run, and passes, which are done in their order: [module => ..., ...].
function understand(flags, module) {
  const todo = [];
  let features = module.getFeatures();
  for (const flag of flags) {
    const [, name, value] = /^--?([\w-]+?)(?:=(.*))?$/.exec(flag);
    if (value !== undefined) settings[name](value);
    else if (flag === '-g') binaryen.setDebugInfo(true);
    else if (name.startsWith('enable-')) for (const each of featureNames[name.slice(7)]) features |= binaryen.Features[each];
    else if (name in levels) {
      setLevels(...levels[name]);
      todo.push(() => module.optimize());
    } else if (name !== 'no-validation') todo.push(() => module.runPasses([name]));
  }
  module.setFeatures(features);
  return todo;
}

function run(bytes, flags) {
  binaryen.setDebugInfo(false);
  [binaryen.setAlwaysInlineMaxSize, binaryen.setFlexibleInlineMaxSize].forEach((set, i) => set(inlining[i]));
  const module = binaryen.readBinary(bytes);
  for (const step of understand(flags, module)) step();
  const result = module.emitBinary();
  // By the engine: binaryen's own check takes it 0.3 s. Where that finds something, binaryen says what.
  if (!flags.includes('--no-validation') && !WebAssembly.validate(result)) {
    module.validate();
    throw new Error('the result is not valid');
  }
  module.dispose();
  return result;
}

parentPort.on('message', ({ bytes, flags }) => {
  printed = '';
  try {
    parentPort.postMessage({ bytes: run(bytes, flags) });
  } catch (error) {
    parentPort.postMessage({ error: `${printed}${error.message}` });
  }
});
