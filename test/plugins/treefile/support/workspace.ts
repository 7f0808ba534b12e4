import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HostError } from '@ostrata/core';
import { type FlattenedTreefile, flatten } from '../../../../plugins/treefile/src/flatten.ts';

/** A temporary directory of input files; removed after each test that makes one. */
export class Workspace {
  readonly directory = mkdtempSync(join(tmpdir(), 'ostrata-treefile-'));

  constructor(files: { readonly [name: string]: string } = {}) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, text: string, mode = 0o644): string {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
    chmodSync(this.path(name), mode);
    return this.path(name);
  }

  /** Writes `manifest.yaml`: a treefile with these lines that names the repository `main`. */
  manifest(...lines: string[]): string {
    return this.write('manifest.yaml', ['ref: test/stable', 'repos: [main]', ...lines].join('\n'));
  }

  flatten(name = 'manifest.yaml', basearch = 'x86_64'): FlattenedTreefile {
    return flatten(this.path(name), { basearch });
  }

  /** What flattening fails with. */
  failure(name = 'manifest.yaml'): HostError {
    return failureOf(() => this.flatten(name));
  }

  /** Messages of all problems, without the directory. */
  problems(name = 'manifest.yaml'): string[] {
    const error = this.failure(name);
    const all = error.problems.length > 0 ? error.problems : [error];
    return all.map((problem) => problem.message.replaceAll(`${this.directory}/`, ''));
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The HostError that a function throws. */
export function failureOf(run: () => unknown): HostError {
  try {
    run();
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The HostError that a promise rejects with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<HostError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HostError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
