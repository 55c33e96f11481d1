// The tasks of app.wasm in Node: one is aborted after a second. The same from the command line:
//   npx wasyncio run app.wasm countdown 3 --timeout 2000
import { load } from 'wasyncio';

const rt = await load(new URL('app.wasm', import.meta.url));
console.log('primes below 100000:', await rt.spawn('primes', '100000'));
try {
  await rt.spawn('primes', '4000000000', { signal: AbortSignal.timeout(1000) });
} catch (error) {
  console.log('aborted:', error.message);
}
await rt.close();
