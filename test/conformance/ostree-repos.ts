import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHostError } from '@ostrata/core';
import { Checkout } from '../../plugins/store-ostree/src/checkout/checkout.ts';
import { checksumBytes, sha256 } from '../../plugins/store-ostree/src/codec/checksum.ts';
import { checkRepository } from '../../plugins/store-ostree/src/fsck/check.ts';
import { listRefs } from '../../plugins/store-ostree/src/repo/refs.ts';
import { Repository } from '../../plugins/store-ostree/src/repo/repository.ts';
import { type CaseResult, type ConformanceOptions, failed, passed, skipped } from './case.ts';
import { listing } from './ostree/listing.ts';
import { RepositoryFolder } from './ostree/locate.ts';
import { type RefAnswer, type RepositoryAnswer, readOstreeOracle } from './ostree/oracle.ts';

/** `--oracle FILE`: what ostree says of the repositories. */
export const options = ['oracle'] as const;

/** Repositories of these modes are read; `archive-z2` is the name of archive in a config. */
const sameMode = (answer: string, mode: string): boolean => answer === mode || answer === `${mode}-z2`;

/** Bad repositories must be refused in words that name the object, never by a crash. */
function message(error: unknown): string {
  return isHostError(error) ? `${error.code}: ${error.message}` : `crashed: ${(error as Error).stack}`;
}

function* compareLog(repo: Repository, { name, commit, log }: RefAnswer): Generator<string> {
  let id: string | undefined = commit;
  for (const entry of log) {
    if (id !== entry.commit) yield `log of ${name}: expected ${entry.commit}, found ${id ?? 'its end'}`;
    const { parent, timestamp, tree, meta } = repo.readCommit(entry.commit);
    const content = sha256(Buffer.concat([checksumBytes(tree), checksumBytes(meta)]));
    if ((parent ?? null) !== entry.parent)
      yield `${entry.commit}: expected the parent ${entry.parent}, found ${parent}`;
    if (Number(timestamp) !== entry.seconds) yield `${entry.commit}: expected ${entry.seconds}, found ${timestamp}`;
    if (content !== entry.content) yield `${entry.commit}: expected the content ${entry.content}, found ${content}`;
    id = parent;
  }
}

function* compareListing(repo: Repository, { name, commit, listing: expected }: RefAnswer): Generator<string> {
  let index = 0;
  for (const line of listing(repo, repo.readCommit(commit))) {
    if (line !== expected[index]) return yield `listing of ${name}: expected ${expected[index]}, found ${line}`;
    index++;
  }
  if (index < expected.length) yield `listing of ${name}: ${expected[index]} is missing`;
}

/** What ostree cannot list must neither be listed nor checked out, and nothing may be written beside the checkout. */
function* expectRefusal(repo: Repository, { name, commit, problem }: RefAnswer, temporary: string): Generator<string> {
  const root = repo.readCommit(commit);
  const folder = mkdtempSync(join(temporary, 'checkout-'));
  mkdirSync(join(folder, 'parent'));
  const attempts = {
    listed: () => [...listing(repo, root)],
    'checked out': () => new Checkout(repo, { user: true }).directory(root, join(folder, 'parent', 'root')),
  };
  for (const [word, attempt] of Object.entries(attempts)) {
    try {
      attempt();
      yield `${name} was ${word}, and ostree says: ${problem}`;
    } catch (error) {
      if (!isHostError(error)) yield message(error);
    }
  }
  const beside = [...readdirSync(folder), ...readdirSync(join(folder, 'parent'))];
  const strangers = beside.filter((entry) => entry !== 'parent' && entry !== 'root');
  if (strangers.length > 0) yield `the checkout of ${name} wrote ${strangers.join(', ')} outside of its root`;
}

function* compareRefs(repo: Repository, answer: RepositoryAnswer): Generator<string> {
  const refs = listRefs(repo);
  for (const { name, commit } of answer.refs) {
    if (refs.get(name) !== commit) yield `ref ${name}: expected ${commit}, found ${refs.get(name) ?? 'none'}`;
    refs.delete(name);
  }
  for (const name of refs.keys()) yield `ref ${name}: ostree has none`;
}

async function verdict(repo: Repository): Promise<string[]> {
  const { problems } = await checkRepository(repo, { workers: 1, advance: () => {} });
  return problems.map(({ object, problem }) => `${object} ${problem}`);
}

/** The objects that both name need not be the same one, but one that ostree names must be among ours. */
function compareVerdict(found: readonly string[], { problem }: RepositoryAnswer): string[] {
  if (problem === undefined) return found.map((text) => `ostree finds no error: ${text}`);
  const named = problem.match(/[0-9a-f]{64}/g) ?? [];
  if (named.some((id) => found.some((text) => text.includes(id)))) return [];
  return [`ostree says ${problem}, found: ${found.join('; ') || 'no error'}`];
}

async function compare(path: string, answer: RepositoryAnswer, temporary: string): Promise<string[]> {
  const repo = Repository.open(path);
  const problems = [...compareRefs(repo, answer), ...compareVerdict(await verdict(repo), answer)];
  if (!sameMode(answer.mode, repo.mode)) problems.push(`expected the mode ${answer.mode}, found ${repo.mode}`);
  for (const ref of answer.refs) {
    problems.push(...compareLog(repo, ref));
    problems.push(...(ref.problem === undefined ? compareListing(repo, ref) : expectRefusal(repo, ref, temporary)));
  }
  return problems;
}

/** Without an oracle: it is whole, and all of its refs can be listed. */
async function readWhole(path: string): Promise<string[]> {
  const repo = Repository.open(path);
  const problems = await verdict(repo);
  for (const commit of listRefs(repo).values()) Array.from(listing(repo, repo.readCommit(commit)));
  return problems;
}

async function judge(name: string, problems: Promise<string[]>): Promise<CaseResult> {
  try {
    const found = await problems;
    return found.length === 0 ? passed(name) : failed(name, found.slice(0, 3).join('; '));
  } catch (error) {
    return failed(name, message(error));
  }
}

/**
 * Every repository below PATH, also in archives, against ostree's answers: refs, logs, listings with checksums and the verdict of fsck.
 * What ostree refuses to list must be refused as well, and a checkout of it writes nothing outside of its root.
 */
export async function* run(path: string, { oracle }: ConformanceOptions): AsyncGenerator<CaseResult> {
  const answers = oracle === undefined ? undefined : readOstreeOracle(oracle);
  const temporary = mkdtempSync(join(tmpdir(), 'ostrata-repos-'));
  try {
    const folder = new RepositoryFolder(path, temporary);
    const paths = folder.paths();
    for (const name of paths) {
      const answer = answers?.find((candidate) => candidate.path === name);
      if (answers && !answer) yield skipped(name, 'the oracle has no answer for it');
      else
        yield await judge(
          name,
          answer ? compare(folder.locate(name)!, answer, temporary) : readWhole(folder.locate(name)!),
        );
    }
    for (const { path: name } of answers ?? [])
      if (!paths.includes(name)) yield skipped(name, 'the repository is not there');
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
