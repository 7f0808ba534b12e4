import { createReadStream, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A folder over http on 127.0.0.1, and its address as machines in QEMU see it. */
export async function serve(directory: string): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const path = join(directory, new URL(request.url ?? '/', 'http://host').pathname);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFile()) createReadStream(path).pipe(response.writeHead(200, { 'content-length': stat.size }));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://10.0.2.2:${(server.address() as AddressInfo).port}` };
}
