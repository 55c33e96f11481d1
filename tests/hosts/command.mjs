// The suite in a host that is a command: Node, Deno, Bun. Prints its results as one line of JSON.
import * as wasyncio from 'wasyncio';
import { readFile } from 'node:fs/promises';
import { run } from './suite.mjs';

const fetch = async (url) => new Response(await readFile(new URL(url)));
const url = new URL('app.wasm', import.meta.url).href;
const results = await run({ wasyncio, url, runtime: import.meta.resolve('wasyncio/wasm'), fetch });
console.log(`\nresults ${JSON.stringify(results)}`);
