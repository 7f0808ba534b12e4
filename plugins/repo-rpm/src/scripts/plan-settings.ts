import type { Json, Plan } from '@ostrata/contract';
import { DEFAULT_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS, type RepoRpmConfig } from '../config.schema.ts';
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

/** What {@link planScripts}, or another plugin that knows better, left in a Plan; a Plan may come from a file. */
export function settingsOf({ inputs }: Plan): ScriptPlanSettings {
  const { policy = {}, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = (inputs.extras[PLUGIN] ??
    {}) as Partial<ScriptPlanSettings>;
  const isLimit = Number.isInteger(timeoutSeconds) && timeoutSeconds > 0 && timeoutSeconds <= MAX_TIMEOUT_SECONDS;
  return { policy, timeoutSeconds: isLimit ? timeoutSeconds : DEFAULT_TIMEOUT_SECONDS };
}
