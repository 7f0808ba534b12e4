import {
  definePlugin,
  type Host,
  type Json,
  type Outcome,
  type Plugin,
  type Request,
  SOURCE,
  type Tree,
} from '@ostrata/core';
import { fakeSource, TEST_TIME, testEnvironment, testHost, testRequest, type World } from '@ostrata/testkit';
import treefilePlugin from '../../../../plugins/treefile/src/index.ts';
import type { Workspace } from './workspace.ts';

export interface Journey extends Disposable {
  readonly host: Host;
  /** Runs the treefile `manifest.yaml` of the workspace. */
  run(options?: { [key: string]: Json }, changes?: Partial<Request>): Promise<Outcome>;
  /** Warnings and messages so far. */
  readonly said: string[];
  /** The tree of a commit that a run made. */
  tree(outcome: Outcome): Promise<Tree>;
}

/** A host of fakes and the treefile plugin, whose repositories are the sources of a world. */
export async function journey(world: World, workspace: Workspace, plugins: readonly Plugin[] = []): Promise<Journey> {
  const environment = testEnvironment();
  const repositories = definePlugin({
    name: 'fake-rpm-md',
    apiVersion: '^0.1.0',
    apply: (host) => host.provide(SOURCE, 'rpm-md', () => fakeSource(world)),
  });
  const host = await testHost({ world, environment, plugins: [repositories, treefilePlugin as Plugin, ...plugins] });
  const said: string[] = [];
  return {
    host,
    said,
    run: (options = {}, changes = {}) =>
      host.run(
        testRequest({
          sources: [],
          commit: { parent: 'auto', timestamp: TEST_TIME, force: false },
          ...changes,
          extras: { treefile: { path: workspace.path('manifest.yaml'), ...options } },
        }),
        {
          onEvent: (event) => {
            if (event.type === 'warning' || event.type === 'message') said.push(event.text);
          },
        },
      ),
    tree: (outcome) => world.stores.find('/work').openTree(outcome.commit?.id ?? ''),
    [Symbol.dispose]: () => environment[Symbol.dispose](),
  };
}

export function textIn(tree: Tree, path: string): string {
  return Buffer.from(tree.readFile(path)).toString('utf8');
}
