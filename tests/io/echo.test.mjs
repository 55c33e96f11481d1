// The echo and chat server as its users meet it: a crowd, idle peers, rude peers, a chat, and its end.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { addAbortSignal } from 'node:stream';
import { afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { wasmtimeCommand } from '../../scripts/wasmtime.mjs';
import { crowd, inWords, open } from './crowd.mjs';
import { start as startBy, ways, waysOf } from './server.mjs';

// What a peer hears, as it comes.
function listen(socket) {
  let text = '', wake = () => {};
  const closed = new Promise((done) => socket.on('close', () => done()));
  socket.on('error', () => {}).on('data', (data) => { text += data; wake(); }).on('close', () => wake());
  const heard = async (wanted) => {
    while (!text.includes(wanted)) {
      assert.ok(!socket.closed, `expected '${wanted}' before the end, heard '${text}'`);
      await new Promise((done) => { wake = done; });
    }
    return text;
  };
  return { socket, heard, closed, text: () => text, say: (line) => socket.write(`${line}\n`) };
}
const join = async (port) => listen(await open(port));
/** The first in the chat: nobody else hears the name, so an answer tells that it was taken before others come. */
async function enter(peer, name) {
  peer.say(name);
  peer.say('x'.repeat(5000)); // is left out
  await peer.heard('server: that line was too long');
}
const nothingLeft = /^tasks left: 0, futures: 0, timers: 0$/m;

for (const [name, way] of Object.entries(ways)) describe(`the echo server by ${name}`, { skip: way.skip }, () => {
  const started = [];
  const start = async (...args) => {
    const server = await startBy(way, ...args);
    started.push(server);
    return server;
  };
  before(way.build);
  afterEach(() => started.splice(0).forEach((server) => server.stop())); // which a failed test has left

  test('1,000 connections at once, 100 MB, nothing lost, a goodbye for each', async (context) => {
    const server = await start();
    const options = { connections: 1000, megabytes: 100, goodbye: () => server.order('shutdown') };
    const result = await crowd(server.echo, options);
    context.diagnostic(inWords(result));
    assert.equal(result.equal, 1000);
    assert.equal(result.farewells, 1000);
    const { code, out } = await server.ended;
    assert.equal(code, 0);
    assert.match(out, /1000 connections, 1000 at once, 100001000 bytes echoed, 1000 told goodbye at the end/);
    assert.match(out, nothingLeft);
  });

  test('who is idle is told goodbye; who talks stays', async () => {
    const server = await start('--idle', '2');
    const [idle, busy] = [await join(server.echo), await join(server.echo)];
    const talking = setInterval(() => busy.say('still here'), 50);
    await idle.closed;
    assert.equal(idle.text(), 'goodbye: nothing was heard from you\n');
    assert.ok(!busy.socket.closed);
    clearInterval(talking);
    server.order('shutdown');
    assert.match(await busy.heard('goodbye: the server is shut down'), /^(still here\n)+goodbye: .*\n$/);
    assert.match((await server.ended).out, nothingLeft);
  });

  test('who breaks off, or only listens, harms nobody else', async () => {
    const server = await start();
    const rude = await Promise.all(Array.from({ length: 20 }, () => join(server.echo)));
    for (const peer of rude) peer.socket.write(Buffer.alloc(1 << 20)); // and never reads on
    for (const peer of rude.slice(0, 10)) peer.socket.pause();
    const polite = await join(server.echo);
    polite.say('hello');
    await polite.heard('hello\n');
    for (const peer of rude) peer.socket.resetAndDestroy();
    polite.socket.end('bye');
    await polite.closed;
    assert.equal(polite.text(), 'hello\nbye');
    server.order(`nonsense\n${'x'.repeat(300)}\nshutdown`); // longer than any order; and at once, which no poll tells twice
    const { code, out, err } = await server.ended;
    assert.equal(code, 0);
    assert.match(out, /^21 connections, 21 at once/m);
    assert.match(out, nothingLeft);
    assert.match(err, /expected: shutdown/);
  });

  test('a chat: lines go to the others; it can end the server', async () => {
    const server = await start();
    const [ann, bob, eve] = [await join(server.chat), await join(server.chat), await join(server.chat)];
    await enter(ann, 'Ann');
    bob.say('Bob');
    await ann.heard('Bob: is here');
    bob.say('hello, all');
    await ann.heard('Bob: hello, all');
    assert.doesNotMatch(bob.text() + eve.text(), /hello/); // not to who said it, nor to who has no name yet
    bob.say('/quit');
    await bob.closed;
    await ann.heard('Bob: has left');
    ann.say('/quit');
    await ann.closed;
    const echo = await join(server.echo);
    eve.say('Eve');
    eve.say('/shutdown');
    await eve.heard('goodbye: the server was shut down from the chat');
    await echo.heard('goodbye: the server was shut down from the chat');
    const { code, out } = await server.ended;
    assert.equal(code, 0);
    assert.match(out, nothingLeft);
  });

  test('who reads hears all, however fast it comes', async () => {
    const server = await start();
    const peers = [await join(server.chat), await join(server.chat), await join(server.chat)];
    await enter(peers[0], 'P0');
    for (const i of [1, 2]) {
      peers[i].say(`P${i}`);
      await peers[0].heard(`P${i}: is here`);
    }
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i}`);
    peers[0].socket.write(lines.map((line) => `${line}\n`).join(''));
    for (const peer of peers.slice(1)) {
      const text = await peer.heard('line 4999\n');
      assert.deepEqual(text.match(/line \d+/g), lines);
    }
    peers[0].say('/shutdown');
    assert.match((await server.ended).out, nothingLeft);
  });

  test('who does not read the chat is left behind', async () => {
    const server = await start();
    const [deaf, loud] = [await join(server.chat), await join(server.chat)];
    deaf.say('Deaf');
    await deaf.heard('your name?');
    deaf.socket.pause();
    loud.say('Loud');
    const line = 'a'.repeat(900);
    let left = false;
    loud.heard('Deaf: has left').then(() => { left = true; });
    for (let i = 0; i < 200_000 && !left; i++) {
      if (!loud.socket.write(`${line}\n`)) await new Promise((done) => loud.socket.once('drain', done));
    }
    await loud.heard('Deaf: has left');
    deaf.socket.destroy();
    loud.say('/shutdown');
    assert.match((await server.ended).out, nothingLeft);
  });
});

for (const [name, way] of Object.entries(waysOf('tests/io/wasm/pour.c', 'build/tests/io/pour'))) {
  const options = { skip: way.skip, timeout: 60_000 };
  test(`who reads late is closed before, and reads all that was taken, by ${name}`, options, async ({ signal }) => {
    await way.build();
    const server = await startBy(way), before = server.descriptors();
    try {
      const peer = await open(server.echo);
      const [, taken] = await server.said(/^taken (\d+)$/m);
      while (server.descriptors() > before) await sleep(20, null, { signal });
      let got = 0;
      for await (const data of addAbortSignal(signal, peer)) got += data.length; // until the end, though nobody else comes
      assert.equal(got, Number(taken));
    } finally {
      server.stop();
    }
  });
}

test('an address that finds no room is told of', { skip: ways.component.skip }, async () => {
  await ways.component.build();
  for (const [count, told] of [[8, ''], [9, 'LISTEN: there is room for 8 addresses; the others are left out\n']]) {
    const [command, ...words] = ways.component.command(...Array(count).fill('127.0.0.1:0'));
    const { stderr } = spawnSync(command, words, { input: 'shutdown\n', encoding: 'utf8', timeout: 300_000 });
    assert.equal(stderr, told);
  }
});

const noWasmtime = wasmtimeCommand() ? false : 'no wasmtime command';
test('without a socket it says what is missing', { skip: noWasmtime }, async () => {
  await ways.tcplisten.build();
  const options = { encoding: 'utf8', timeout: 300_000 };
  const { status, stdout, stderr } = spawnSync(wasmtimeCommand(), ['run', ways.tcplisten.wasm], options);
  assert.equal(status, 67); // WA_EGROUP: a member failed
  assert.match(stderr, /task 'task-\d+': wa_accept: descriptor 3: it is not open\nDescriptor 3 must be a listening /);
  assert.match(stdout, nothingLeft);
});
