// The suite in a module worker: started by page.mjs, which says where the package is.
import { run } from './suite.mjs';

onmessage = async ({ data: { entries, facts } }) => {
  const [wasyncio, streams] = await Promise.all(entries.map((entry) => import(entry)));
  postMessage(await run({ wasyncio, streams, ...facts }));
};
