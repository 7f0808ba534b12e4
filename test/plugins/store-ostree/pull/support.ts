import { execFile } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import type { ServerOptions } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Context, VERIFIER, type Verifier } from '@ostrata/core';
import { type TestRun, testRun } from '../../fetch-http/support/context.ts';
import { type Answer, serve, type TestServer } from '../../fetch-http/support/server.ts';

/** Answers with the files of a directory as a plain web server does. */
export function directoryAnswer(root: () => string): (...args: [Parameters<Answer>[0], Parameters<Answer>[1]]) => void {
  return (request, response) => {
    const path = join(root(), decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile()) return void response.writeHead(404).end();
    const etag = `"${stats.mtimeMs}"`;
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
    const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const start = match ? Number(match[1]) : 0;
    const partial = { 'content-range': `bytes ${start}-${stats.size - 1}/${stats.size}` };
    response.writeHead(match ? 206 : 200, {
      'content-length': stats.size - start,
      etag,
      ...(match ? partial : {}),
    });
    createReadStream(path, { start }).pipe(response);
  };
}

/** Serves a directory; `intercept` may answer first, by returning true. */
export function serveDirectory(
  root: () => string,
  intercept: (...args: Parameters<Answer>) => boolean = () => false,
  tls?: ServerOptions,
): Promise<TestServer> {
  const answer = directoryAnswer(root);
  return serve((request, response, count) => {
    if (!intercept(request, response, count)) answer(request, response);
  }, tls);
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
