import assert from 'node:assert/strict';
import { type Context, DEFAULT_IMAGE, type ObjectStore, type PackageFormat, type PlannedPackage } from '@ostrata/core';
import { type Case, casesOf, refuses, stopsWhenAborted } from './case.ts';

/** A package file with what is known of it. */
export interface SamplePackage {
  readonly package: PlannedPackage;
  readonly file: string;
  /** Some of its paths in the tree: `usr/bin/x`. */
  readonly paths: readonly string[];
}

export interface PackageFormatFixture extends AsyncDisposable {
  readonly format: PackageFormat;
  readonly store: ObjectStore;
  /** At least two that do not conflict. */
  readonly packages: readonly SamplePackage[];
  /** A package file that is cut off or changed. */
  readonly damaged: SamplePackage;
  readonly ctx: Context;
  /** Aborts `ctx.signal`. */
  abort(): void;
}

/** Versions in ascending order, whatever the format. */
const ASCENDING = ['1', '1.2', '1.9', '1.10', '2', '2-1', '2-2', '2-10', '10-1', '1:0-1', '1:1-1', '2:0-0'];

/** What package formats must do. */
export function packageFormatConformance(make: () => Promise<PackageFormatFixture>): Case[] {
  return casesOf(make, {
    'orders versions': async ({ format }) => {
      for (const [i, a] of ASCENDING.entries()) {
        assert.equal(Math.sign(format.compare(a, a)), 0, a);
        for (const b of ASCENDING.slice(i + 1)) {
          // A side without a release matches every release of its version.
          if (b.startsWith(`${a}-`)) continue;
          assert.equal(Math.sign(format.compare(a, b)), -1, `${a} < ${b}`);
          assert.equal(Math.sign(format.compare(b, a)), 1, `${b} > ${a}`);
        }
      }
    },

    'imports packages, and finds them from then on': async ({ format, store, packages, ctx }) => {
      for (const sample of packages) assert.equal(await format.find(sample.package, DEFAULT_IMAGE, store), null);
      const heard: string[] = [];
      const imported = await format.import(packages, DEFAULT_IMAGE, store, ctx, (one) => heard.push(one.commit));
      assert.deepEqual(heard.sort(), imported.map(({ commit }) => commit).sort());
      for (const sample of packages) {
        const one = imported.find(({ package: pkg }) => pkg.name === sample.package.name);
        assert.ok(one);
        assert.equal(await format.find(sample.package, DEFAULT_IMAGE, store), one.commit);
        assert.equal(await store.has(one.commit), true);
      }
    },

    'imports the same file to the same commit': async ({ format, store, packages, ctx }) => {
      const once = await format.import(packages, DEFAULT_IMAGE, store, ctx);
      const again = await format.import(packages, DEFAULT_IMAGE, store, ctx);
      assert.deepEqual(
        again.map(({ commit }) => commit),
        once.map(({ commit }) => commit),
      );
    },

    'lays packages over a tree, and over themselves': async ({ format, store, packages, ctx }) => {
      const tree = await store.openTree(null);
      for (const imported of await format.import(packages, DEFAULT_IMAGE, store, ctx)) {
        assert.deepEqual(await format.overlay(tree, imported, DEFAULT_IMAGE), []);
        assert.deepEqual(await format.overlay(tree, imported, DEFAULT_IMAGE), []);
      }
      for (const { paths } of packages) for (const path of paths) assert.ok(tree.lookup(path), path);
    },

    'lays a package over a tree without what the image omits': async ({ format, store, packages, ctx }) => {
      const [sample] = packages;
      const [imported] = await format.import(packages.slice(0, 1), DEFAULT_IMAGE, store, ctx);
      const [omitted = '', ...others] = sample?.paths ?? [];
      assert.ok(imported);
      const tree = await store.openTree(null);
      // What is left out conflicts with nobody.
      tree.writeFile(omitted, 'of somebody else', { parents: true });
      const patterns = [`^/${omitted.replaceAll('.', '\\.')}$`];
      const omit = [
        { package: imported.package.name, patterns },
        { package: 'another', patterns: ['.'] },
      ];
      assert.deepEqual(await format.overlay(tree, imported, { ...DEFAULT_IMAGE, omit }), []);
      assert.equal(Buffer.from(tree.readFile(omitted)).toString(), 'of somebody else');
      for (const path of others) assert.ok(tree.lookup(path), path);
    },

    'tells the paths of a package as they are in the tree': async ({ format, store, packages, ctx }) => {
      for (const imported of await format.import(packages, DEFAULT_IMAGE, store, ctx)) {
        const sample = packages.find(({ package: pkg }) => pkg.name === imported.package.name);
        const files = await format.files(imported, store);
        for (const path of sample?.paths ?? []) assert.ok(files.includes(path), `${path} in ${files.join(' ')}`);
        for (const path of files) assert.match(path, /^[^/]/);
      }
    },

    'knows nothing installed in an empty tree': async ({ format, store }) => {
      assert.equal((await format.installed(await store.openTree(null))).count, 0);
    },

    'refuses a damaged file, and leaves nothing of it': async ({ format, store, damaged, ctx }) => {
      await refuses(format.import([damaged], DEFAULT_IMAGE, store, ctx), 'a damaged file');
      assert.equal(await format.find(damaged.package, DEFAULT_IMAGE, store), null);
    },

    'imports nothing once it is aborted': async ({ format, store, packages, ctx, abort }) => {
      abort();
      await stopsWhenAborted(() => format.import(packages, DEFAULT_IMAGE, store, ctx));
    },
  });
}
