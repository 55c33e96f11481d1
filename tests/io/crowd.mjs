// A crowd of TCP clients for examples/echo.c: all are served before any talks, then each sends its own bytes and
// compares what comes back; at the end each waits for the server's goodbye. By hand:
//   node tests/io/crowd.mjs PORT [--connections N] [--megabytes N]
import { createHash } from 'node:crypto';
import { connect } from 'node:net';

const BLOCK = 1 << 16;

// Bytes that no two connections share, made as they are needed.
function* bytesOf(id, total) {
  let state = (id + 1) * 2654435761 >>> 0;
  for (let left = total; left > 0; left -= BLOCK) {
    const block = new Uint32Array(BLOCK / 4);
    for (let i = 0; i < block.length; i++) block[i] = state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield Buffer.from(block.buffer, 0, Math.min(left, BLOCK));
  }
}

export function open(port) {
  return new Promise((done, fail) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('error', fail).once('connect', () => done(socket.off('error', fail)));
  });
}

// Connected means nothing yet: the kernel does that. The first byte that comes back shows that a task is there.
async function greet(port) {
  const socket = await open(port);
  socket.write('!');
  await new Promise((done, fail) => { socket.once('data', done).once('error', fail); });
  return socket.removeAllListeners('error');
}

// Resolves when all came back; the digests of both directions.
function talk(socket, id, total) {
  const sent = createHash('sha256'), got = createHash('sha256');
  let left = total;
  const back = new Promise((done, fail) => {
    socket.on('error', fail).on('close', () => fail(new Error(`connection ${id} ended with ${left} bytes missing`)));
    socket.on('data', function take(data) {
      got.update(data);
      left -= data.length;
      if (left > 0) return;
      socket.off('data', take).off('error', fail).removeAllListeners('close');
      done();
    });
  });
  const send = async () => {
    for (const block of bytesOf(id, total)) {
      sent.update(block);
      if (!socket.write(block)) await new Promise((done) => { socket.once('drain', done).once('close', done); });
    }
  };
  return Promise.all([back, send()]).then(() => sent.digest('hex') === got.digest('hex') && left === 0);
}

const rest = (socket) => new Promise((done) => {
  let text = '';
  socket.on('data', (data) => { text += data; }).on('error', () => {}).on('close', () => done(text));
});

// goodbye: called when all is back; it makes the server shut down.
export async function crowd(port, { connections, megabytes, goodbye }) {
  const began = performance.now(), share = Math.ceil(megabytes * 1e6 / connections);
  const sockets = [];
  while (sockets.length < connections) {
    const some = Math.min(100, connections - sockets.length);
    sockets.push(...await Promise.all(Array.from({ length: some }, () => greet(port))));
  }
  const connected = performance.now();
  const equal = await Promise.all(sockets.map((socket, id) => talk(socket, id, share)));
  const echoed = performance.now();
  const farewells = Promise.all(sockets.map(rest));
  await goodbye?.();
  if (!goodbye) for (const socket of sockets) socket.end();
  const texts = await farewells;
  return {
    connections, bytes: share * connections, equal: equal.filter(Boolean).length,
    farewells: texts.filter((text) => /^goodbye: .+\n$/.test(text)).length,
    connectMs: connected - began, echoMs: echoed - connected, endMs: performance.now() - echoed,
  };
}

export const inWords = (r) =>
  `${r.connections} connections at once (${r.connectMs.toFixed(0)} ms to open), ${(r.bytes / 1e6).toFixed(1)} MB ` +
  `there and back in ${r.echoMs.toFixed(0)} ms, ${r.equal} unchanged; ` +
  `${r.farewells} goodbyes in ${r.endMs.toFixed(0)} ms`;
