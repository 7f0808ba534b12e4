/** Serves the files of a directory to this machine: static-server.ts DIRECTORY. Prints its port; ends with its standard input. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

const [directory] = process.argv.slice(2) as [string];
const server = createServer((request, response) => {
  try {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const bytes = readFileSync(join(directory, path));
    response.writeHead(200, { 'content-length': bytes.length, 'content-type': 'application/octet-stream' });
    response.end(bytes);
  } catch {
    response.writeHead(404, { 'content-length': 0 });
    response.end();
  }
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.resume().once('end', () => process.exit());
