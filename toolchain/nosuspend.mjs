// Which functions asyncify is told never suspend: those of nosuspend.txt, as far as its word holds for this wasm.
//
//     program   fread                          a name of stdio's may be a function of the program's own,
//     libc      fgets -> __uflow -> (pointer)  and libc's may end in one: __stdio_read -> readv -> read
//     program   read  -> wa_sleep
//
// Law: no name holds from which direct calls lead to where tasks are switched; none of stdio's, either, from which they lead to
// a call through a pointer that is the program's, where anything may be. All of stdio's go where a FILE's own functions, by
// which it is read and written, lead there or may be the program's.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const nosuspendFile = fileURLToPath(new URL('nosuspend.txt', import.meta.url));

const ofFile = /^__(emscripten_)?(stdio|stdin|stdout|stderr)_/;

// All from which calls lead to one of these, and these. callers: the callers of each function, by index.
function leadingTo(these, callers) {
  const found = new Set(these);
  for (const index of found) callers[index]?.forEach((caller) => found.add(caller)); // goes on with what it adds
  return found;
}

// functions: the names, by index. unwind: asyncify's, which begins a suspension. pointers: which functions call through one.
export function nosuspend({ functions, callers, unwind, pointers }) {
  const [ours, stdio] = readFileSync(nosuspendFile, 'utf8').split(/^# stdio.*/m)
    .map((text) => text.split('\n').map((line) => line.replace(/#.*/, '').trim()).filter((name) => functions.includes(name)));
  // Linkers keep the order of the files: the program, the runtime, libc.
  const runtime = functions.indexOf('wa__stack_set');
  const namesOf = (indices) => new Set(Array.from(leadingTo(indices, callers), (index) => functions[index]));
  const switching = namesOf([unwind]);
  const open = namesOf([unwind, ...pointers.filter((index) => index < runtime)]);
  const foreign = functions.includes('fopencookie') || [...open].some((name) => ofFile.test(name));
  return [...ours.filter((name) => !switching.has(name)), ...(foreign ? [] : stdio.filter((name) => !open.has(name)))];
}
