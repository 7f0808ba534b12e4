import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, evrOf, type Json, jsonDigest, nevraOf, type Source } from '@ostrata/core';
import { kitError } from '../errors.ts';
import { type FakePackage, type FakeSource, identityOf } from './packages.ts';
import { packageTable } from './table.ts';
import type { World } from './world.ts';

/** Sources of kind `fake`: packages are what {@link World.sources} says, package files are JSON in the cache. */
export function fakeSource(world: World): Source {
  return {
    async refresh(source, { cacheOnly }, ctx) {
      ctx.signal.throwIfAborted();
      const latest = join(cacheOf(ctx), `${source.id}.latest`);
      if (!cacheOnly) {
        const state = world.sources.get(source.id);
        if (state === undefined) throw kitError('FAKE_SOURCE', `There is no source ${source.id}.`);
        write(latest, JSON.stringify(state));
      }
      if (!existsSync(latest)) throw kitError('FAKE_SOURCE', `${source.id} is not in the cache.`);
      const state = JSON.parse(readFileSync(latest, 'utf8')) as FakeSource;
      const digest = jsonDigest(state as unknown as Json);
      const file = `${digest}.json`;
      write(join(cacheOf(ctx), file), JSON.stringify(state));
      return { source, digest, timestamp: 0, packages: state.packages.length, extras: { fake: { file } } };
    },

    async open(snapshot, ctx) {
      const state = readState(join(cacheOf(ctx), `${snapshot.digest}.json`));
      return packageTable(snapshot.source.id, state.packages, {
        priority: snapshot.source.priority,
        ...(state.groups === undefined ? {} : { groups: state.groups }),
      });
    },

    async fetch(pkg, snapshot, { cacheOnly, onBytes }, ctx) {
      ctx.signal.throwIfAborted();
      const file = join(cacheOf(ctx), `${nevraOf(pkg)}-${pkg.checksum.value.slice(0, 8)}.fake`);
      if (!existsSync(file)) {
        if (cacheOnly) throw kitError('FAKE_SOURCE', `${nevraOf(pkg)} is not in the cache.`);
        const found = world.sources
          .get(snapshot.source.id)
          ?.packages.find((candidate) => matches(candidate, nevraOf(pkg)));
        if (found === undefined) throw kitError('FAKE_SOURCE', `${snapshot.source.id} has no ${nevraOf(pkg)}.`);
        ctx.failpoint('fake-source.fetch');
        const text = JSON.stringify(found);
        if (hash('sha256', text) !== pkg.checksum.value) {
          throw kitError('FAKE_SOURCE', `${nevraOf(pkg)} of ${snapshot.source.id} has another checksum than planned.`);
        }
        write(file, text);
      }
      onBytes?.(pkg.size);
      return file;
    },
  };
}

function matches(pkg: FakePackage, nevra: string): boolean {
  const identity = identityOf(pkg);
  return `${identity.name}-${evrOf(identity)}.${identity.arch}` === nevra;
}

function cacheOf(ctx: Context): string {
  const directory = join(ctx.environment.cacheDir, 'fake');
  mkdirSync(directory, { recursive: true });
  return directory;
}

function readState(path: string): FakeSource {
  if (!existsSync(path)) throw kitError('FAKE_SOURCE', `The metadata ${path} is not in the cache.`);
  return JSON.parse(readFileSync(path, 'utf8')) as FakeSource;
}

function write(path: string, text: string): void {
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}
