// The echo server's figures: node tests/io/echo.mjs [--connections N] [--megabytes N]   (default: 1,000 and 100)
import { parseArgs } from 'node:util';
import { crowd, inWords } from './crowd.mjs';
import { build, skip, start } from './server.mjs';

const { values } = parseArgs({
  options: { connections: { type: 'string', default: '1000' }, megabytes: { type: 'string', default: '100' } },
});
if (skip) {
  console.error(skip);
  process.exit(2);
}
await build();
const server = await start();
const connections = Number(values.connections), megabytes = Number(values.megabytes);
const result = await crowd(server.echo, { connections, megabytes, goodbye: () => server.order('shutdown') });
const { code, out } = await server.ended;
console.log(`${inWords(result)}\n${out.replace('ready\n', '')}exit status ${code}`);
process.exitCode = code === 0 && result.equal === connections && result.farewells === connections ? 0 : 1;
