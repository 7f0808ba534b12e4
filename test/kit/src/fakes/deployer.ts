import type { Bootloader, BootMenu, Deployer, Deployment } from '@ostrata/core';
import { kitError } from '../errors.ts';
import { sha256 } from './digest.ts';
import type { FakeSystem, World } from './world.ts';

/** Deployments of {@link World.systems}. */
export function fakeDeployer(world: World): Deployer {
  const update = (deployment: Deployment, change: Partial<Deployment>): Deployment => {
    const system = world.system(deployment.target.sysroot);
    const index = system.deployments.findIndex(({ id }) => id === deployment.id);
    const old = system.deployments[index];
    if (old === undefined) throw kitError('FAKE_DEPLOYER', `There is no deployment ${deployment.id}.`);
    const changed = { ...old, ...change };
    system.deployments = system.deployments.with(index, changed);
    return changed;
  };

  return {
    list: async (sysroot) => world.system(sysroot).deployments,

    async prepare(target, bootloader, ctx) {
      ctx.signal.throwIfAborted();
      const system = world.system(target.sysroot);
      const serial = system.deployments.filter(
        (other) => other.target.os === target.os && other.target.commit === target.commit,
      ).length;
      const deployment: Deployment = {
        id: `${target.os}-${target.commit}.${serial}`,
        target,
        serial,
        bootChecksum: sha256(target.commit),
        bootloader,
        state: 'prepared',
      };
      system.deployments = [...system.deployments, deployment];
      ctx.failpoint('fake-deployer.prepare');
      return deployment;
    },

    async discard(deployment) {
      const system = world.system(deployment.target.sysroot);
      system.deployments = system.deployments.filter(({ id }) => id !== deployment.id);
      system.merged = system.merged.filter((id) => id !== deployment.id);
    },

    stage: async (deployment) => update(deployment, { state: 'staged' }),

    async mergeEtc(deployment) {
      const system = world.system(deployment.target.sysroot);
      system.merged = [...new Set([...system.merged, deployment.id])];
    },

    async arrange(deployment, bootloader, ctx) {
      const { sysroot } = deployment.target;
      await bootloader.write(menuOf(sysroot, inOrder(world.system(sysroot), deployment)), ctx);
      ctx.failpoint('fake-deployer.arrange');
    },

    async swap(deployment, bootloader, ctx) {
      const { sysroot } = deployment.target;
      const system = world.system(sysroot);
      if (system.written[0] !== deployment.id) {
        await bootloader.write(menuOf(sysroot, inOrder(system, deployment)), ctx);
      }
      const active = update(deployment, { state: 'active' });
      system.deployments = [active, ...system.deployments.filter(({ id }) => id !== active.id)];
      system.current = system.written;
      ctx.failpoint('fake-deployer.swap');
      return active;
    },

    async reorder(sysroot, order, bootloader, ctx) {
      const system = world.system(sysroot);
      const byId = new Map(system.deployments.map((deployment) => [deployment.id, deployment]));
      const wanted = order.map((id) => byId.get(id)!);
      await bootloader.write(menuOf(sysroot, wanted), ctx);
      ctx.failpoint('fake-deployer.reorder');
      system.deployments = wanted;
      system.current = system.written;
    },

    async pin(deployment, pinned) {
      const { pinned: _, ...rest } = deployment;
      const system = world.system(deployment.target.sysroot);
      system.deployments = system.deployments.map((one) =>
        one.id === deployment.id ? { ...rest, ...(pinned ? { pinned: true as const } : {}) } : one,
      );
    },

    async lockStaged(sysroot, locked) {
      const system = world.system(sysroot);
      system.deployments = system.deployments.map(({ locked: _, ...one }) =>
        one.state === 'staged' && locked ? { ...one, locked: true as const } : one,
      );
    },

    async cleanup(sysroot) {
      const system = world.system(sysroot);
      const kept = system.deployments.filter(({ state }) => state === 'active').slice(0, 2);
      system.deployments = system.deployments.filter(
        (deployment) => deployment.state !== 'active' || kept.includes(deployment),
      );
    },
  };
}

/** The new default, then what is active. */
function inOrder(system: FakeSystem, first: Deployment): Deployment[] {
  return [first, ...system.deployments.filter(({ id, state }) => id !== first.id && state === 'active')];
}

/** A menu whose entries have the ids of deployments for `ostree=`. */
function menuOf(sysroot: string, deployments: readonly Deployment[]): BootMenu {
  const entries = deployments.map(({ id, target }, index) => ({
    title: id,
    version: String(deployments.length - index),
    linux: `/ostree/${id}/vmlinuz`,
    initrds: [],
    options: [...target.kargs, `ostree=${id}`].join(' '),
    deviceTree: null,
    deviceTreeDirectory: null,
    tries: null,
    extra: {},
  }));
  return { sysroot, directory: `${sysroot}/boot/loader.0`, entries };
}

const idOf = (options: string): string => /(?:^| )ostree=(\S+)/.exec(options)?.[1] ?? '';

export function fakeBootloader(world: World, certainty = 50): Bootloader {
  return {
    probe: async () => certainty,
    async write({ sysroot, entries }) {
      world.system(sysroot).written = entries.map(({ options }) => idOf(options));
    },
    current: async (sysroot) => world.system(sysroot).current.map((id) => `ostree=${id}`),
  };
}
