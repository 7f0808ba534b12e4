import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Context,
  type ImageSpec,
  type ImportedPackage,
  OBJECT_STORES,
  type ObjectStore,
  PACKAGE_FORMAT,
  type PackageFormat,
  type Session,
  type Tree,
} from '@ostrata/core';
import { IMAGE, LocalCompose, plannedPackage } from './compose.ts';
import { type BuiltPackage, writePackage } from './rpm-builder.ts';

/** A store and the format `rpm`, in a temporary directory. */
export class ImportFixture implements AsyncDisposable {
  readonly directory: string;
  readonly compose: LocalCompose;
  readonly ctx: Context;
  readonly store: ObjectStore;
  readonly format: PackageFormat;
  readonly #session: Session;

  private constructor(compose: LocalCompose, session: Session, store: ObjectStore, format: PackageFormat) {
    this.directory = mkdtempSync(join(tmpdir(), 'ostrata-import-'));
    mkdirSync(this.directory, { recursive: true });
    this.compose = compose;
    this.#session = session;
    this.ctx = session.ctx;
    this.store = store;
    this.format = format;
  }

  static async open(): Promise<ImportFixture> {
    const compose = new LocalCompose();
    const session = (await compose.host()).context();
    const stores = await session.ctx.get(OBJECT_STORES);
    const store = await stores.ensure(compose.repository);
    return new ImportFixture(compose, session, store, await session.ctx.get(PACKAGE_FORMAT, 'rpm'));
  }

  write(pkg: BuiltPackage): string {
    return writePackage(this.directory, pkg);
  }

  async import(pkg: BuiltPackage | string, image: ImageSpec = IMAGE): Promise<ImportedPackage> {
    const file = typeof pkg === 'string' ? pkg : this.write(pkg);
    const [imported] = await this.format.import([{ package: plannedPackage(file), file }], image, this.store, this.ctx);
    return imported!;
  }

  /** The tree of a package's commit. */
  async tree(pkg: BuiltPackage | string, image: ImageSpec = IMAGE): Promise<Tree> {
    return this.store.openTree((await this.import(pkg, image)).commit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.store.close();
    await this.#session.close();
    await this.compose[Symbol.asyncDispose]();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
