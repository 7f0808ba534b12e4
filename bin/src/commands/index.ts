import type { Command } from '@oclif/core';
import { pluginCommands } from '../plugins/commands.ts';
import Apply from './apply.ts';
import Completion from './completion.ts';
import ComposeTree from './compose/tree.ts';
import ConfigExplain from './config/explain.ts';
import Plugins from './plugins.ts';

const BUILT_IN: Record<string, Command.Class> = {
  apply: Apply,
  completion: Completion,
  'compose:tree': ComposeTree,
  'config:explain': ConfigExplain,
  plugins: Plugins,
};

/** Commands that work without knowing the verbs of plugins; completion is about all of them. */
const ALONE = Object.keys(BUILT_IN).filter((id) => BUILT_IN[id] !== Completion);

/** All commands by id. Plugins are loaded for their verbs only when no built-in one was asked for: start-up stays short. */
export const COMMANDS: Record<string, Command.Class> = {
  ...(await pluginCommands(process.argv.slice(2), ALONE)),
  ...BUILT_IN,
};
