// This runtime, through its public bindings: a bench is a C task of the same name.
import { load } from '../../bindings/index.js';

const settled = Promise.resolve(1);

export default async function open(read, target) {
  const host = { promise: () => settled, increment: (x) => x + 1 };
  const onReport = () => {}; // some compute for long, on purpose
  const rt = await load(await read(`wasyncio-${target}.wasm`), { host, onReport });

  async function run(name, ...job) {
    const bytes = await rt.spawn(`bench_${name.replaceAll('-', '_')}`, Float64Array.from(job));
    const [value, check, also] = new Float64Array(bytes.buffer, bytes.byteOffset, 3);
    return { value, check, also };
  }

  const own = {
    async 'abort-latency'(n, depth, count) {
      let value = 0;
      let check = 0;
      for (let i = 0; i < count; i++) {
        const controller = new AbortController();
        const task = rt.spawn('bench_abortable', undefined, { signal: controller.signal, eager: true });
        const start = rt.now * 1e6;
        controller.abort();
        await task.catch((error) => { check += error.name === 'AbortError'; });
        value += rt.exports.bench_last_line() - start;
      }
      return { value, check };
    },
  };
  return (name, ...job) => (own[name] ? own[name](...job) : run(name, ...job));
}
