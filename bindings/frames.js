/* A turn after the host had one: a macrotask, and in a page one that leaves its frames their time.
 *
 * One message channel for all runtimes of a page: a message is a task of its own and, unlike setTimeout, not delayed. But
 * Firefox lets messages go before its frames, for 70 ms and more. So a frame is requested, and once it has not come within
 * the window, the turns wait for it: no longer than 50 ms, because a page that nobody sees may have none; then they go on
 * without waiting until it comes. How long the window is, frames tell: one that was left out makes it less, each other one a
 * little more.
 * One message at a time is on its way: so the turns of all runtimes share the window, and many that compute leave the page
 * as many frames as one. */
import { clearTimeout, clock, requestAnimationFrame, setImmediate, setTimeout } from './clock.js';

const longestWindow = 12, shortestWindow = -2, shorter = 2, longer = 0.02; // ms
const longestWait = 50;
// A frame that is requested so soon after the one before should follow it; later than this it has let one be left out.
const followsWithin = 15, leftOutAfter = 24;

let channel;
const turns = []; // in line; for the first a message is on its way, or the frame is waited for, or it runs
let windowMs = longestWindow;
let frameRequestedAt = 0; // 0: none is; Infinity: one is, and nobody waits for it any more
let lastFrameAt = 0;
let waitTimer; // gives up waiting; undefined: nobody waits

const post = () => channel.port2.postMessage(0);
const stopWaiting = () => {
  if (waitTimer === undefined) return;
  clearTimeout(waitTimer);
  waitTimer = undefined;
  post();
};

const onFrame = () => {
  const leftOut = frameRequestedAt - lastFrameAt < followsWithin && clock.now() - lastFrameAt > leftOutAfter;
  windowMs = leftOut ? Math.max(windowMs - shorter, shortestWindow) : Math.min(windowMs + longer, longestWindow);
  lastFrameAt = clock.now();
  frameRequestedAt = 0;
  stopWaiting();
};
const giveUpWaiting = () => {
  frameRequestedAt = Infinity;
  stopWaiting();
};

const onMessage = () => {
  try {
    turns[0]();
  } finally {
    turns.shift();
    if (turns.length > 0) callFirst();
  }
};

function callFirst() {
  if (globalThis.document?.hidden !== false) return post();
  const now = clock.now();
  if (frameRequestedAt === 0) {
    frameRequestedAt = now;
    requestAnimationFrame(onFrame);
  }
  if (now - frameRequestedAt < windowMs) return post();
  waitTimer = setTimeout(giveUpWaiting, longestWait);
}

function open() {
  channel = new MessageChannel();
  channel.port1.onmessage = onMessage;
}

// A page that was left comes back as it was, but in Firefox without the message that was on its way.
const onPageShow = ({ persisted }) => {
  if (!persisted || turns.length === 0 || waitTimer !== undefined) return;
  channel.port1.close(); // so that one that was kept does not come as a second
  open();
  post();
};

export function afterHost(turn) {
  if (setImmediate) return setImmediate(turn);
  if (!channel) {
    open();
    globalThis.addEventListener?.('pageshow', onPageShow);
  }
  if (turns.push(turn) === 1) callFirst();
}
