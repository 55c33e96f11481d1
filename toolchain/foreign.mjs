// Calls of the host's own functions, each through a function of its own:
//
//     call $import    ->    saved = wa__away()     nobody is current: what C the host calls back into can't wait, and is told so
//                           call $import
//                           wa__back(saved)
//
// Else a wait down there would unwind through JavaScript's frames, which nobody can: the host would go on with a wrong result,
// and the task with it.
// Law: WASI's functions and Emscripten's own, which call nothing back, are called as ever: they are on hot paths.
import * as wasm from './binary.mjs';

const ofRuntime = ({ module, name }) => module === 'asyncify' || module.startsWith('wasi') ||
  (module === 'env' && /^emscripten_(?!asm_const|run_script)/.test(name)); // but EM_ASM and scripts, which are the program's

// imports: of functions, with their types; types: readTypes' list, or null; own: how many functions the module
// has besides.
// Gives the index of the function to call instead by that of the import, and those functions: { type, body }.
export function callForeign(imports, types, own, functions) {
  const [away, back] = ['wa__away', 'wa__back'].map((name) => functions.indexOf(name));
  const instead = new Map();
  if (!types || away < 0 || back < 0) return { instead, made: [] };
  const made = [];
  imports.forEach((entry, index) => {
    if (ofRuntime(entry)) return;
    const saved = types[entry.type].parameters.length;
    const call = (to) => [wasm.CALL, ...wasm.encodeNumber(to)];
    const parameters = Array.from({ length: saved }, (_, i) => wasm.localGet(i)).flat();
    const before = [...call(away), ...wasm.localSet(saved)];
    const after = [...wasm.localGet(saved), ...call(back)];
    instead.set(index, imports.length + own + made.length);
    made.push({
      type: wasm.encodeNumber(entry.type),
      body: [1, 1, wasm.I32, ...before, ...parameters, ...call(index), ...after, wasm.END],
    });
  });
  return { instead, made };
}
