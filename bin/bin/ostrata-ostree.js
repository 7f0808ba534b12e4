#!/usr/bin/env node
// The `ostree` command line by itself: started by scripts a thousand times, so it loads next to nothing.
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { compileCacheDirectory } from './compile-cache.js';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`error: ostrata-ostree needs Node 24 or newer and was started with ${process.version}\n`);
  process.exitCode = 1;
} else {
  const compiled = compileCacheDirectory();
  if (compiled !== undefined) nodeModule.enableCompileCache?.(compiled);
  const source = new URL('../src/ostree.ts', import.meta.url);
  const { ostreeMain } = await import(
    existsSync(source) ? source.href : new URL('../dist/ostree.js', import.meta.url).href
  );
  await ostreeMain(process.argv.slice(2));
}
