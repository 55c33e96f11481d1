// A subject in a worker of its own, in a browser: what serve.mjs is in Node.
const read = async (name) => new Uint8Array(await (await fetch(`/wasm/${name}`)).arrayBuffer());
const attempt = async (f) => {
  try {
    postMessage(await f());
  } catch (error) {
    postMessage({ error: `${error?.stack ?? error}` });
  }
};

export function serve(open, argument) {
  let run;
  addEventListener('message', ({ data: { bench, n, depth, count } }) => attempt(() => run(bench, n, depth, count)));
  attempt(async () => {
    run = await open(read, argument);
    return {};
  });
}
