// The suite in a module worker: started by page.mjs, which says where the package is.
import { run } from './suite.mjs';

onmessage = async ({ data: { entry, facts } }) => {
  const wasyncio = await import(entry);
  postMessage(await run({ wasyncio, ...facts }));
};
