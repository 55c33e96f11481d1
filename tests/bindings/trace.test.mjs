// wasyncio/trace: the events in the order they happened, and Chrome's picture of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClosedError, MisuseError } from '../../bindings/index.js';
import * as module from '../../bindings/trace.js';
import { declaredIn, errorOf, onBoth } from './setup.mjs';

const { toChrome, trace } = module;
const words = (events) => events.map(({ name, kind }) => `${name} ${kind}`);

onBoth('trace', (t) => {
  t('a task from its spawn to its end', {}, async (rt) => {
    const tracing = trace(rt);
    await rt.spawn('sleeper', 5, { name: '\uFEFFs' });
    const events = tracing.stop();
    assert.deepEqual(words(events), ['spawn', 'run', 'wait', 'wake', 'run', 'end'].map((kind) => `\uFEFFs ${kind}`));
    assert.deepEqual(events.map(({ time }) => time - tracing.startedAt), [0, 0, 0, 5, 5, 5]);
    assert.match(events[2].site, /^tasks\.c:\d+$/);
    assert.equal(events[1].site, '');
    assert.equal(events[5].status, 0);
    assert.equal(events[0].status, undefined);
    assert.equal(events[0].by, 0);
    assert.ok(events.every(({ task }) => task === events[0].task && task > 0));
    assert.equal(tracing.lost, 0);
  });

  t('an abort, and the clean-up that it starts', {}, async (rt) => {
    const tracing = trace(rt);
    const controller = new AbortController();
    const task = rt.spawn('slow_cleanup', 20, { name: 't', signal: controller.signal });
    await rt.spawn('sleeper', 1, { name: 'other' });
    controller.abort('enough');
    assert.equal(await errorOf(task), 'enough');
    const events = tracing.stop().filter(({ name }) => name === 't');
    assert.deepEqual(words(events), [
      't spawn', 't run', 't wait', 't cancel', 't wake', 't run', 't cleanup', 't wait', 't wake', 't run', 't end',
    ]);
    assert.equal(events[6].site, events[2].site, 'told where it waited');
    assert.equal(events.at(-1).status, -1);
    assert.equal(events.at(-1).time - events[6].time, 20);
  });

  t('tasks that C spawns and cancels say who did it', {}, async (rt) => {
    const tracing = trace(rt);
    await errorOf(rt.spawn('canceller', '', { name: 'outer' }));
    const events = tracing.stop();
    const outer = events[0].task;
    const inner = events.filter(({ task }) => task !== outer);
    assert.deepEqual(inner.filter(({ by }) => by === outer).map(({ kind }) => kind), ['spawn', 'cancel', 'wake']);
    assert.match(inner[0].name, /^task-\d+$/);
  });

  t('a trap ends its task in the trace too', {}, async (rt) => {
    const tracing = trace(rt);
    await errorOf(rt.spawn('trap', '', { name: 't' }));
    const events = tracing.stop();
    assert.deepEqual(words(events), ['t spawn', 't run', 't yield', 't run', 't end']);
    assert.equal(events.at(-1).status, -11);
  });

  t('it is read piece by piece, and what nobody read in time is counted', {}, async (rt) => {
    const tracing = trace(rt, { capacity: 100 });
    await rt.spawn('sleeper', 1);
    assert.equal(tracing.read().length, 6);
    assert.deepEqual(tracing.read(), []);
    await rt.gather(Array.from({ length: 50 }, (_, i) => rt.spawn('sleeper', i + 1, { name: `s${i}` })));
    const events = tracing.read();
    assert.equal(events.length, 100);
    assert.equal(tracing.lost, 200);
    assert.deepEqual(words(events.slice(-1)), ['s49 end']);
    assert.deepEqual(tracing.stop(), []);
    await rt.spawn('sleeper', 1);
    assert.deepEqual(tracing.read(), [], 'it has stopped');
  });

  t('its memory grows and moves under it', {}, async (rt) => {
    const tracing = trace(rt, { capacity: 200_000 });
    await rt.spawn('grow', 3_000_000, { name: 'grow' });
    assert.equal(words(tracing.stop()).at(-1), 'grow end');
  });

  t('misuse', {}, async (rt) => {
    for (const capacity of [0, 1.5, 2 ** 24 + 1, '5', null]) {
      assert.throws(() => trace(rt, { capacity }), (error) => error instanceof MisuseError
        && error.message.startsWith('trace: capacity must be a number of events, 1 to 16777216, not '));
    }
    const tracing = trace(rt);
    await rt.spawn('sleeper', 1);
    await rt.close();
    assert.equal(tracing.read().length, 6);
    assert.deepEqual(tracing.stop(), []);
    assert.throws(() => trace(rt), ClosedError);
  });

  t('how the end came is there after it', {}, async (rt) => {
    const tracing = trace(rt);
    rt.spawn('sleeper', 1e6, { name: 'left' }).catch(() => {});
    await rt.spawn('plain');
    await rt.close();
    assert.deepEqual(words(tracing.stop()).slice(-3), ['left run', 'left cleanup', 'left end']);
  });

  t('one that there is no memory for replaces none', {}, async (rt) => {
    const tracing = trace(rt, { capacity: 100 });
    await rt.spawn('sleeper', 1);
    const taken = [];
    for (let size = 2 ** 28; size >= 2 ** 20; size /= 2) {
      for (let pointer; (pointer = rt.exports.wax_alloc(size)) !== 0;) taken.push(pointer);
    }
    assert.throws(() => trace(rt, { capacity: 2 ** 24 }), RangeError);
    taken.forEach((pointer) => rt.exports.wax_free(pointer));
    assert.equal(tracing.stop().length, 6);
  });

  t('a wait that never ends is drawn until now', {}, async (rt) => {
    const tracing = trace(rt);
    const task = rt.spawn('sleeper', 1000);
    await rt.spawn('sleeper', 5);
    rt.advance(20);
    const events = tracing.stop();
    const wait = (until) => toChrome(events, until).traceEvents.findLast(({ tid, ph }) => tid === events[0].task && ph === 'X');
    assert.match(wait(rt.now).name, /^wait tasks\.c:\d+$/);
    assert.ok(wait(rt.now).dur >= 25_000 && wait().dur < 6_000, `${wait(rt.now).dur}, ${wait().dur}`);
    task.cancel();
    await errorOf(task);
  });

  t('Chrome draws it: a track for each task, its slices inside each other', {}, async (rt) => {
    const tracing = trace(rt);
    const task = rt.spawn('slow_cleanup', 20, { name: 'slow' });
    const left = rt.spawn('sleeper', 1000, { name: 'left' });
    await rt.spawn('sleeper', 5, { name: 'quick' });
    task.cancel();
    await errorOf(task);
    const { traceEvents } = JSON.parse(JSON.stringify(toChrome(tracing.stop())));
    const tid = traceEvents.find(({ ph, args }) => ph === 'M' && args.name === 'slow').tid;
    const track = traceEvents.filter((event) => event.tid === tid && event.ph !== 'M');
    const start = track[0].ts;
    assert.deepEqual(
      track.filter(({ ph }) => ph === 'X')
        .map(({ name, ts, dur }) => [name.replace(/:\d+/, ''), Math.round(ts - start), Math.round(dur)]),
      [
        ['ready', 0, 0], ['run', 0, 0], ['wait tasks.c', 0, 5000], ['ready', 5000, 0], ['run', 5000, 0],
        ['run', 5000, 0], ['wait tasks.c', 5000, 20_000], ['ready', 25_000, 0], ['run', 25_000, 0],
        ['clean-up', 5000, 20_000],
      ],
    );
    assert.deepEqual(track.filter(({ ph }) => ph === 'i').map(({ name }) => name), ['cancel requested', 'end']);
    assert.ok(traceEvents.some(({ name, dur }) => /^wait/.test(name) && dur === 25_000), 'one that goes on');
    left.cancel();
    await errorOf(left);
    assert.deepEqual(toChrome([]), { traceEvents: [] });
    assert.deepEqual(toChrome([], 5), { traceEvents: [] });
  });
});

test('of a task that is over nothing is kept: whatever has its number then has a name of its own', () => {
  const view = new DataView(new ArrayBuffer(200));
  const exports = { wax_trace: () => 0, wax_trace_read: () => 0 };
  const tracing = trace({ exports, memory: view, now: 0, closed: false });
  const chunk = (name, ...kinds) => {
    view.setUint8(150, name.charCodeAt());
    kinds.forEach((kind, i) => {
      const at = 8 + 32 * i;
      view.setUint32(at + 8, 1, true);
      view.setUint32(at + 16, kind, true);
      view.setUint32(at + 24, 150, true);
      view.setUint32(at + 28, 160, true);
    });
    exports.wax_trace_read = () => {
      exports.wax_trace_read = () => 180; // no more
      view.setUint32(0, kinds.length, true);
      return 0;
    };
    return words(tracing.read());
  };
  assert.deepEqual(chunk('a', 1, 8), ['a spawn', 'a end']);
  assert.deepEqual(chunk('b', 1, 8), ['b spawn', 'b end']);
});

test('the types name what the module exports', () => {
  assert.deepEqual(declaredIn('trace.d.ts'), Object.keys(module).sort());
});
