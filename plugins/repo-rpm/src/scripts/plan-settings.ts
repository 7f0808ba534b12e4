import type { Json, Plan } from '@ostrata/contract';
import { DEFAULT_TIMEOUT_SECONDS, type RepoRpmConfig } from '../config.schema.ts';
import type { ScriptPolicy } from './script-rules.ts';

/** What a Plan says of scripts. */
export interface ScriptPlanSettings {
  readonly policy: ScriptPolicy;
  readonly timeoutSeconds: number;
}

const PLUGIN = 'repo-rpm';

/** Puts what the configuration says of scripts into a Plan that has some to run, as it influences the tree. */
export function planScripts(plan: Plan, { scripts, scriptTimeoutSeconds }: RepoRpmConfig): Plan | undefined {
  const usual = Object.keys(scripts).length === 0 && scriptTimeoutSeconds === DEFAULT_TIMEOUT_SECONDS;
  if (usual || plan.inputs.install.length === 0) return undefined;
  const extras: Json = { policy: { ...scripts }, timeoutSeconds: scriptTimeoutSeconds };
  return { ...plan, inputs: { ...plan.inputs, extras: { ...plan.inputs.extras, [PLUGIN]: extras } } };
}

/** What {@link planScripts} left in a Plan. */
export function settingsOf({ inputs }: Plan): ScriptPlanSettings {
  const usual = { policy: {}, timeoutSeconds: DEFAULT_TIMEOUT_SECONDS };
  return { ...usual, ...(inputs.extras[PLUGIN] as Partial<ScriptPlanSettings> | undefined) };
}
