// After a trap and wax_recover the runtime is as it was: the host's calls have the C stack that they had, also where a call was
// refused inside of an import before; and nothing is lost of what was being closed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { build } from './fuzz.mjs';

/** An instance in which `called` is what the import of that name does; places: where on the C stack the clock wrote. */
function instantiate(module, called) {
  const places = new Set();
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 8;
  imports.wasi_snapshot_preview1.clock_time_get = (id, precision, out) => {
    places.add(out);
    return 0;
  };
  if (imports.fuzz) imports.fuzz.called = () => called(exports);
  const { exports } = new WebAssembly.Instance(module, imports);
  exports._initialize();
  assert.equal(exports.wax_init(0, 0, 0), 0);
  return { exports, places };
}

function named(exports, name) {
  const text = exports.wax_alloc(name.length);
  new Uint8Array(exports.memory.buffer).set(new TextEncoder().encode(name), text);
  return exports.wax_find(text);
}

const refused = {
  wax_turn: (exports) => exports.wax_turn(),
  wax_spawn: (exports) => exports.wax_spawn(0, 0, 0, 0, 0, 0, 0, 0),
  wax_init: (exports) => exports.wax_init(0, 0, 0),
};
for (const target of ['wasi', 'emscripten']) {
  for (const [name, call] of Object.entries(refused)) {
    test(`a trap after a ${name} that was refused, ${target}`, async () => {
      const { exports, places } = instantiate(await build(target, 'release'), () => {
        call(exports);
        throw new Error('a trap');
      });
      exports.wax_turn();
      const before = [...places];
      exports.wax_spawn(named(exports, 'calls_back'), 0, 0, 0, 0, 0, 0, 0);
      assert.throws(() => exports.wax_turn(), /a trap/);
      assert.equal(exports.wax_recover(2), 1);
      places.clear();
      exports.wax_turn();
      assert.deepEqual([...places], before);
    });
  }
}

for (const target of ['wasi', 'emscripten']) {
  test(`a listener that traps as all is discarded, ${target}: what is left goes by the next discard`, async () => {
    const { exports } = instantiate(await build(target, 'release', 'recover'));
    exports.wax_spawn(named(exports, 'leaves_futures'), 0, 0, 0, 0, 0, 0, 0);
    exports.wax_turn();
    assert.throws(() => exports.wax_discard(), WebAssembly.RuntimeError);
    assert.equal(exports.wax_recover(2), 1);
    exports.wax_discard();
    assert.equal(new Uint32Array(exports.memory.buffer, exports.wax_counts(), 2)[1], 0);
  });
}
