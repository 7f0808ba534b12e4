import {
  createHost,
  definePlugin,
  type Host,
  type HostError,
  type HostOptions,
  isHostError,
  type Plugin,
} from '@ostrata/core';
import { testEnvironment } from '@ostrata/testkit';

/** A plugin that does one thing. */
export function plugin(name: string, apply: Plugin['apply'] = () => {}, more: Partial<Plugin> = {}): Plugin {
  return definePlugin({ name, apiVersion: '^0.1.0', apply, ...more });
}

/** A host of these plugins alone. */
export async function hostOf(plugins: readonly Plugin[], options: Partial<HostOptions> = {}): Promise<Host> {
  using environment = testEnvironment();
  return createHost({
    plugins: plugins.map((item) => ({ plugin: item, origin: `/plugins/${(item as Partial<Plugin> | null)?.name}.ts` })),
    environment,
    ...options,
  });
}

/** The HostError that something throws. */
export async function thrown(work: Promise<unknown> | (() => unknown)): Promise<HostError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (isHostError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** An error's sentence with those of its problems. */
export function saidBy(error: HostError): string {
  return [error.message, ...error.problems.map(({ message }) => message)].join('\n');
}
