// Objects and the runtime become one wasm: the link, without an optimizer, then instrument.mjs. The same steps for
// every toolchain, for the project's own programs and for a user's.
// libraries: libwasyncio.a, and libwasyncio-start.a with what is needed where the program has none of its own.
// kind: 'command'  has a main and runs by itself
//       'reactor'  a host drives its exports, all of which are kept
//       'both'     a command whose exports are kept too
import { basename, join, resolve } from 'node:path';
import { environmentRead, hash, isFile } from './make.mjs';
import { instrument, instrumentFlags, instrumentInputs } from './instrument.mjs';
import { withWarnings } from './run.mjs';

// What a link needs besides objects and libraries; the order among them does not matter.
export const linkFlags = ({ link, names }, kind) => [
  // The exports, which no C calls; with them comes all that they need, and nothing else.
  ...(kind === 'command' ? [] : ['-Wl,--undefined=wax_abi']),
  ...link[kind === 'reactor' ? 'reactor' : 'command'], ...names,
  // The stack of what is no task lies below all data, so that its overflow traps instead of overwriting something.
  '-Wl,--stack-first', '-Wl,--export-table', '-Wl,--growable-table', '-Wl,--export=wa__stack_set',
  // Both compilers optimize the whole wasm at the link if they are told to.
  '-O0',
];

// The files that these flags name: archives behind -l, where a folder of -L has them; and words that are files, also in -Wl,.
function filesOf(flags) {
  const of = (option) => flags.filter((flag) => flag.startsWith(option)).map((flag) => flag.slice(option.length));
  const archive = (name) => (name.startsWith(':') ? name.slice(1) : `lib${name}.a`);
  const libraries = of('-l').flatMap((name) => of('-L').map((folder) => join(folder, archive(name))).filter(isFile).slice(0, 1));
  return [...libraries, ...flags.flatMap((flag) => (flag.startsWith('-Wl,') ? flag.split(/[,=]/) : [flag])).filter(isFile)];
}

export async function linkWasm(maker, tools, { cache, objects, libraries, kind, out, ...options }) {
  const { extra = [], cxx = false, ...how } = options;
  const linked = join(cache, 'linked', hash(tools.name, kind, resolve(out)), basename(out));
  const inputs = [...objects, ...libraries];
  // The program's own archives before the runtime's: by that nosuspend.mjs tells them.
  const words = [...(cxx ? tools.cxxLink : tools.cc), ...objects, ...linkFlags(tools, kind), ...extra, ...libraries];
  await maker.makeFile(linked, [...inputs, ...filesOf(extra)], [...environmentRead(), ...words].join(' '),
    (temporary) => withWarnings(tools.run([...words, '-o', temporary])));
  // Of which linked file: the one before last may be older than what was made of the last.
  const { optimizer } = tools;
  await maker.makeFile(out, [linked, ...instrumentInputs, optimizer.name], `${optimizer.name} ${instrumentFlags(how)} ${linked}`,
    (temporary) => instrument(optimizer, linked, temporary, how));
}
