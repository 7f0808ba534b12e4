import type * as Fetching from './fetch-summary.ts';

// What speaks with servers is loaded when somebody does: most of the time remotes are only looked up.
const load = (): Promise<typeof Fetching> => import('./fetch-summary.ts');

export type { RemoteSummary } from './fetch-summary.ts';

export const fetchSummary: typeof Fetching.fetchSummary = async (...args) => (await load()).fetchSummary(...args);

export const fetchCommit: typeof Fetching.fetchCommit = async (...args) => (await load()).fetchCommit(...args);

export const remoteRefs: typeof Fetching.remoteRefs = async (...args) => (await load()).remoteRefs(...args);
