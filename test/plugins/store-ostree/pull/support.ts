import { execFile } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Context, VERIFIER, type Verifier } from '@ostrata/core';
import { type TestRun, testRun } from '../../fetch-http/support/context.ts';
import { type Answer, serve, type TestServer } from '../../fetch-http/support/server.ts';

/** Serves a directory as a plain web server does; `intercept` may answer first, by returning true. */
export function serveDirectory(
  root: () => string,
  intercept: (...args: Parameters<Answer>) => boolean = () => false,
): Promise<TestServer> {
  return serve((request, response, count) => {
    if (intercept(request, response, count)) return;
    const path = join(root(), decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile()) return void response.writeHead(404).end();
    const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const start = match ? Number(match[1]) : 0;
    const partial = { 'content-range': `bytes ${start}-${stats.size - 1}/${stats.size}` };
    response.writeHead(match ? 206 : 200, {
      'content-length': stats.size - start,
      etag: `"${stats.mtimeMs}"`,
      ...(match ? partial : {}),
    });
    createReadStream(path, { start }).pipe(response);
  });
}

/** A run with the transports, and verifiers when they are given. */
export function pullRun(verifiers: { readonly [key: string]: Verifier } = {}): TestRun {
  const run = testRun({ config: { retries: 0 } });
  const { ctx } = run;
  const get = (token: { name: string }, key?: string) =>
    token.name === VERIFIER.name ? Promise.resolve(verifiers[key!]) : ctx.get(token as never, key as never);
  const withVerifiers: Context = {
    ...ctx,
    get: get as Context['get'],
    keys: (token) => (token.name === VERIFIER.name ? Object.keys(verifiers) : []),
  };
  return { ...run, ctx: withVerifiers };
}

/** Runs ostree while this process goes on serving. */
export async function ostreeAside(repo: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('ostree', [`--repo=${repo}`, ...args], { timeout: 20_000 });
  return stdout.trimEnd();
}
