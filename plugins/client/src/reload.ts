import type { CommandInput, CommandResult, Context } from '@ostrata/contract';
import { readSystem } from '@ostrata/system-verbs';

/**
 * Reads configuration and system anew. There is no service that keeps either, so that is what every verb does: this one only tells of mistakes.
 */
export async function reload(input: CommandInput, ctx: Context): Promise<CommandResult> {
  const { deployments } = await readSystem(input, ctx);
  return { data: { deployments: deployments.map(({ id }) => id) }, text: '' };
}
