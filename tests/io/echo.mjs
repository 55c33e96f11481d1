// The echo server's figures:
//   node tests/io/echo.mjs [--by component | --by tcplisten] [--connections N] [--megabytes N]   (1,000 and 100)
import { parseArgs } from 'node:util';
import { crowd, inWords } from './crowd.mjs';
import { start, ways } from './server.mjs';

const { values } = parseArgs({
  options: {
    by: { type: 'string', default: 'component' },
    connections: { type: 'string', default: '1000' },
    megabytes: { type: 'string', default: '100' },
  },
});
const way = ways[values.by];
if (!way || way.skip) {
  console.error(way?.skip ?? `--by ${Object.keys(ways).join(' or ')}`);
  process.exit(2);
}
await way.build();
const server = await start(way);
const connections = Number(values.connections), megabytes = Number(values.megabytes);
const result = await crowd(server.echo, { connections, megabytes, goodbye: () => server.order('shutdown') });
const { code, out } = await server.ended;
console.log(`${inWords(result)}\n${out.replace('ready\n', '')}exit status ${code}`);
process.exitCode = code === 0 && result.equal === connections && result.farewells === connections ? 0 : 1;
