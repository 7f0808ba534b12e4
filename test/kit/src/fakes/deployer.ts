import type { Bootloader, Deployer, Deployment } from '@ostrata/core';
import { kitError } from '../errors.ts';
import { sha256 } from './digest.ts';
import type { World } from './world.ts';

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

    async swap(deployment, ctx) {
      const active = update(deployment, { state: 'active' });
      const system = world.system(deployment.target.sysroot);
      system.deployments = [active, ...system.deployments.filter(({ id }) => id !== active.id)];
      system.current = system.written;
      ctx.failpoint('fake-deployer.swap');
      return active;
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

export function fakeBootloader(world: World, certainty = 50): Bootloader {
  return {
    probe: async () => certainty,
    async write(sysroot, deployments) {
      world.system(sysroot).written = deployments.map(({ id }) => id);
    },
    current: async (sysroot) => world.system(sysroot).current,
  };
}
