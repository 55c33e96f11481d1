// The page: a button starts a task, Abort stops all that run. The page stays alive while C computes.
import { load } from 'wasyncio';

const element = (id) => document.getElementById(id);
const log = (text) => element('log').append(text);
const rt = await load('app.wasm', { stdout: log }).catch((error) => {
  log(error.message);
  throw error;
});
let stop = new AbortController();
let running = 0;

async function start({ target: { id, value } }) {
  running++;
  element('abort').ariaDisabled = false; // `disabled` would take the focus from whoever aborts by the keyboard
  try {
    log(`${id}: ${await rt.spawn(id, value, { signal: stop.signal })}\n`);
  } catch (error) {
    log(`${id}: ${error.message}\n`);
  }
  element('abort').ariaDisabled = --running === 0;
}

element('primes').onclick = start;
element('countdown').onclick = start;
element('abort').onclick = () => {
  stop.abort(new Error('aborted by a click'));
  stop = new AbortController();
};
