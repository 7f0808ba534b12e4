import { readConfig } from '../repo/collections.ts';
import type { Repository } from '../repo/repository.ts';

/** Whether the config wants the summary updated with every change of a ref (`core.auto-update-summary`). */
export function wantsSummaryUpdates(repo: Repository): boolean {
  const config = readConfig(repo);
  return ['auto-update-summary', 'commit-update-summary'].some((key) => config.get('core', key)?.trim() === 'true');
}
