import type { Deployment, SandboxCommand } from '@ostrata/core';
import { MemoryStores } from './memory-store.ts';
import type { FakeSource } from './packages.ts';

/** What runs when the sandbox or the host is asked for a program of this name: works on the real directory `root`. */
export type FakeProgram = (
  root: string,
  command: Pick<SandboxCommand, 'argv' | 'env' | 'stdin'>,
) => {
  readonly code?: number;
  readonly output?: readonly string[];
};

/** A machine as its boot loader and deployer see it. */
export interface FakeSystem {
  /** All deployments, in boot order. */
  deployments: Deployment[];
  /** Ids of deployments that have the machine's /etc. */
  merged: string[];
  /** Ids that the boot loader's entries start: `written` become `current` by the swap. */
  written: string[];
  current: string[];
}

/** Everything that outlives a run: repositories, package sources, programs and machines. */
export class World {
  readonly stores = new MemoryStores();
  readonly sources = new Map<string, FakeSource>();
  readonly programs = new Map<string, FakeProgram>();
  /** Bytes by URL. */
  readonly urls = new Map<string, Uint8Array>();
  readonly systems = new Map<string, FakeSystem>();

  system(sysroot: string): FakeSystem {
    const system = this.systems.get(sysroot) ?? { deployments: [], merged: [], written: [], current: [] };
    this.systems.set(sysroot, system);
    return system;
  }

  /** What a user can see of it: refs, bootable and staged deployments, boot entries. Stray objects are invisible. */
  async visible(): Promise<unknown> {
    const systems = [...this.systems].map(([sysroot, { deployments, current }]) => ({
      sysroot,
      current,
      deployments: deployments.map(({ id, state, target }) => ({
        id,
        state,
        commit: target.commit,
        kargs: target.kargs,
      })),
    }));
    return { refs: await this.stores.visible(), systems };
  }
}
