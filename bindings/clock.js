/* The host's clock, timers and queues, as they were when this was loaded: a test may put its own in their place, or take those away
 * while a runtime waits in them, and then it would wait for ever. */
export const {
  performance: clock, setTimeout, clearTimeout, setImmediate, requestAnimationFrame, queueMicrotask,
} = globalThis;
