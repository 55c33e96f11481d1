// examples/echo.c, or another server, under the wasmtime command, with two listening sockets handed in.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { buildComponent } from '../../scripts/component.mjs';
import { buildWasm } from '../../scripts/link.mjs';
import { root } from '../../scripts/make.mjs';
import { jcoFolder, wasmtimeCommand, wasmtimeWithSockets } from '../../scripts/wasmtime.mjs';

/** How the sockets come to a program: WASI 0.2's own, or those that an older wasmtime hands in. */
export function waysOf(source, out) {
  const files = [join(root, source)], wasm = join(root, `${out}.wasm`), component = join(root, `${out}.component.wasm`);
  return {
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
      wasm,
      build: () => buildWasm({ target: 'wasi', level: 'release', kind: 'command', out: wasm, files }),
      command: (...addresses) => {
        const sockets = addresses.map((address) => `tcplisten=${address}`).join(',');
        return [wasmtimeWithSockets(), 'run', '-S', `preview2=n,${sockets}`, wasm];
      },
    },
  };
}
export const ways = waysOf('examples/echo.c', 'dist/examples/echo');

// Two at once, so that they are not the same one.
async function freePorts() {
  const servers = [createServer(), createServer()];
  await Promise.all(servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Once it is ready, { echo, chat: ports; order(line): on its stdin; said(pattern): the match in what it printed, waited
 * for; descriptors(): how many the process has, 0 where nobody tells; ended: { code, out, err }; stop() }. */
export async function start(way, ...args) {
  const [echo, chat] = await freePorts();
  const [command, ...words] = way.command(`127.0.0.1:${echo}`, `127.0.0.1:${chat}`);
  const child = spawn(command, [...words, ...args]);
  const watchdog = setTimeout(() => child.kill('SIGKILL'), 240_000);
  let out = '', err = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
  const ended = new Promise((done) => child.on('close', (code, signal) => {
    clearTimeout(watchdog);
    done({ code: code ?? signal, out, err });
  }));
  child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
  const failed = ended.then(() => { throw new Error(`the server has ended: ${out}${err}`); });
  const said = async (pattern) => {
    while (!pattern.test(out)) await Promise.race([once(child.stdout, 'data'), failed]);
    return pattern.exec(out);
  };
  failed.catch(() => {});
  await said(/^ready$/m);
  const table = `/proc/${child.pid}/fd`;
  const descriptors = () => (existsSync(table) ? readdirSync(table).length : 0);
  const order = (line) => child.stdin.write(`${line}\n`);
  return { echo, chat, ended, order, said, descriptors, stop: () => child.kill('SIGKILL') };
}
