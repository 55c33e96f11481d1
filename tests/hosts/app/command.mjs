// The suite in a host that is a command: Node, Deno, Bun. Prints its results as one line of JSON.
import * as wasyncio from 'wasyncio';
import * as streams from 'wasyncio/streams';
import { readFile } from 'node:fs/promises';
import { run } from './suite.mjs';

const fetch = async (url) => new Response(await readFile(new URL(url)));
const [url, streamsUrl, runtime] = ['./app.wasm', './streams.wasm', 'wasyncio/wasm']
  .map((name) => import.meta.resolve(name));
const results = await run({ wasyncio, streams, url, streamsUrl, runtime, fetch, begin: console.error });
console.log(`\nresults ${JSON.stringify(results)}`);
