// As a project for Node has it: no page's types.
import { load, type LoadSource } from '../../bindings/index.js';
import { open } from '../../bindings/streams.js';

const rt = await load(new Uint8Array(8), { host: { fetchText: async (url, { signal }) => String(url) + signal.aborted } });
const size: number = rt.memory.buffer.byteLength + rt.memory.grow(1);
const status: number = rt.exports.my_function?.(1);
const descriptor: number = open(rt, new ReadableStream<Uint8Array>());
// @ts-expect-error: a number is no source
const wrong: LoadSource = 5;
// @ts-expect-error: memory is no name to be guessed at
rt.memory.nope;
export { descriptor, size, status, wrong };
