// examples/echo.c under the wasmtime command, with two listening sockets handed in.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { buildComponent } from '../../scripts/component.mjs';
import { buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';
import { jcoFolder, wasmtimeCommand, wasmtimeWithSockets } from '../../scripts/wasmtime.mjs';

const files = [join(root, 'examples/echo.c')];
export const wasm = join(root, 'dist/examples/echo.wasm');
const component = join(root, 'dist/examples/echo.component.wasm');
export const build = () => buildWasm({ target: 'wasi', level: 'release', kind: 'command', out: wasm, files });

/** How the sockets come to the program: WASI 0.2's own, or those that an older wasmtime hands in. */
export const ways = {
  component: {
    skip: !wasmtimeCommand() ? "no wasmtime command: './build.sh wasmtime' builds it"
      : jcoFolder() ? false : "no jco: './build.sh setup test' installs it",
    build: () => buildComponent({ out: component, files }),
    command: (...addresses) => [
      wasmtimeCommand(), 'run', '-S', 'inherit-network', '--env', `LISTEN=${addresses.join(',')}`, component,
    ],
  },
  tcplisten: {
    skip: wasmtimeWithSockets() ? false
      : "no wasmtime that hands sockets to a program: './build.sh wasmtime' builds version 46 too",
    build,
    command: (...addresses) => {
      const sockets = addresses.map((address) => `tcplisten=${address}`).join(',');
      return [wasmtimeWithSockets(), 'run', '-S', `preview2=n,${sockets}`, wasm];
    },
  },
};

// Two at once, so that they are not the same one.
async function freePorts() {
  const servers = [createServer(), createServer()];
  await Promise.all(servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** { echo, chat: ports; order(line): on its stdin; ended: { code, out, err }; stop() }, once it is ready. */
export async function start(way, ...args) {
  const [echo, chat] = await freePorts();
  const [command, ...words] = way.command(`127.0.0.1:${echo}`, `127.0.0.1:${chat}`);
  const child = spawn(command, [...words, ...args]);
  const watchdog = setTimeout(() => child.kill('SIGKILL'), 600_000);
  let out = '', err = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
  const ended = new Promise((done) => child.on('close', (code, signal) => {
    clearTimeout(watchdog);
    done({ code: code ?? signal, out, err });
  }));
  await new Promise((done, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
      if (out.startsWith('ready\n')) done();
    });
    ended.then(() => fail(new Error(`the server did not start: ${err}`)));
  });
  return { echo, chat, ended, order: (line) => child.stdin.write(`${line}\n`), stop: () => child.kill('SIGKILL') };
}
