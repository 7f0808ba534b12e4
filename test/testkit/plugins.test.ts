import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { definePlugin, type Plugin, TRANSPORT, type Transport } from '@ostrata/core';
import { pluginConformance, testContext, testEnvironment, testHost, transportConformance } from '@ostrata/testkit';
import { ROOT } from '../support/shared.ts';

async function load(name: string): Promise<Plugin> {
  const module = (await import(pathToFileURL(join(ROOT, 'plugins', name, 'src', 'index.ts')).href)) as {
    default: Plugin;
  };
  return module.default;
}

const names = readdirSync(join(ROOT, 'plugins'))
  .filter((name) => existsSync(join(ROOT, 'plugins', name, 'src', 'index.ts')))
  .sort();
/** Titles of the suite, which are the same for every plugin: plugins are loaded as the tests run. */
const titles = pluginConformance(definePlugin({ name: 'any', apiVersion: '*', apply() {} })).map(({ name }) => name);

describe('the plugins that come with ostrata do what every plugin must', () => {
  for (const name of names) {
    describe(name, () => {
      for (const title of titles) {
        it(title, async () => {
          await pluginConformance(await load(name))
            .find((item) => item.name === title)
            ?.run();
        });
      }
    });
  }
});

for (const scheme of ['http', 'file'] as const) {
  describe(`fetch-http does what transports must: ${scheme}`, () => {
    const make = async () => {
      const context = testContext();
      const environment = testEnvironment();
      const host = await testHost({
        environment,
        plugins: [await load('fetch-http')],
        without: ['fake-tools'],
      });
      const session = host.context();
      const transport: Transport = await session.ctx.get(TRANSPORT, scheme);
      const directory = mkdtempSync(join(environment.tempDir, 'out-'));
      const server = scheme === 'http' ? await serveHttp() : serveFiles(environment.tempDir);
      return {
        ...context,
        ...server,
        transport,
        directory,
        [Symbol.asyncDispose]: async () => {
          await session.close();
          await server.close();
          rmSync(directory, { recursive: true, force: true });
          environment[Symbol.dispose]();
          await context[Symbol.asyncDispose]();
        },
      };
    };
    for (const { name, run } of transportConformance(make)) it(name, run);
  });
}

interface Served {
  serve(bytes: Uint8Array): Promise<string>;
  readonly missing: string;
  close(): Promise<void>;
}

function serveFiles(directory: string): Served {
  let count = 0;
  return {
    serve: async (bytes) => {
      count += 1;
      const file = join(directory, `served-${count}`);
      writeFileSync(file, bytes);
      return pathToFileURL(file).href;
    },
    missing: pathToFileURL(join(directory, 'none')).href,
    close: async () => {},
  };
}

async function serveHttp(): Promise<Served> {
  const files = new Map<string, Uint8Array>();
  const server = createServer((request, response) => {
    const bytes = files.get(request.url ?? '');
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
    else if (range !== null) {
      const [first, last] = [Number(range[1]), Number(range[2])];
      response.writeHead(206, { etag, 'content-range': `bytes ${first}-${last}/${bytes.length}` });
      response.end(bytes.subarray(first, last + 1));
    } else response.writeHead(200, { etag, 'content-length': bytes.length }).end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    serve: async (bytes) => {
      const path = `/${files.size}`;
      files.set(path, bytes);
      return `${base}${path}`;
    },
    missing: `${base}/none`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
