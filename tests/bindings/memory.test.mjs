// The runtime's memory and libc's malloc, in the same wasm.
import assert from 'node:assert/strict';
import { onBoth } from './setup.mjs';

onBoth('memory', (test) => {
  test("nothing that malloc gives is the runtime's", {}, (rt) => {
    assert.equal(rt.exports.shared(), 0);
  });
}, 'memory');
