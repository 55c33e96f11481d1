/* When the next turn comes. The host owns the time; the runtime only says what it needs:
 *   something changed      a turn from a promise's `then`: before the host does anything else, all changes in one turn
 *   more is ready          a turn after the host had one (a macrotask, of frames.js): rendering, input, timers, I/O
 *   a deadline             a timer, which also keeps a Node process alive while tasks sleep
 * Law: turns that follow each other from promises alone, as with a host function that answers at once, never keep the
 * host waiting for longer than a slice. */
import { clearTimeout, clock, setTimeout } from './clock.js';
import { afterHost } from './frames.js';

export const longest = 2147483647; // what setTimeout can hold
const IDLE = 0, TIMER = 1, MACRO = 2, MICRO = 3;
const slice = 8;
const settled = Promise.resolve();

/**
 * run() does one turn and returns its next_ms: 0 at once, above 0 in so many ms, below 0 not before a wake.
 * patient: every turn waits until the host has nothing to do at once. So a virtual time stands still for promises.
 */
export function schedule(run, patient) {
  let plan = IDLE;
  let running, changed, timer, due;
  let micros = 0, hostHadTurn = 0;

  const fromMicro = () => { if (plan === MICRO) turn(); };
  const fromMacro = () => {
    hostHadTurn = clock.now();
    if (plan === MACRO) turn();
  };
  const fromTimer = () => {
    timer = undefined;
    if (plan === TIMER) turn();
  };

  function turn() {
    plan = IDLE;
    running = true;
    changed = false;
    let next = -1;
    try { next = run(); } finally { running = false; }
    if (next === 0) later();
    else if (changed) soon();
    else if (next > 0) arm(next);
    else disarm();
  }

  function soon() {
    // The clock is read for one turn in eight only: it costs as much as a short turn.
    if (patient || ((++micros & 7) === 0 && clock.now() - hostHadTurn > slice)) return later();
    plan = MICRO;
    settled.then(fromMicro);
  }

  function later() {
    plan = MACRO;
    afterHost(fromMacro);
  }

  // A timer that is set and fires too early does no harm, so a later deadline leaves it as it is.
  function arm(ms) {
    plan = TIMER;
    const then = clock.now() + ms;
    if (timer !== undefined && due <= then) return;
    disarm();
    due = then;
    timer = setTimeout(fromTimer, Math.min(Math.ceil(ms), longest));
  }

  function disarm() {
    clearTimeout(timer);
    timer = undefined;
  }

  return {
    /** Something changed: a turn soon. */
    wake() {
      if (running) changed = true;
      else if (plan < MACRO) soon();
    },
    stop() {
      plan = IDLE;
      disarm();
      run = () => -1;
    },
  };
}
