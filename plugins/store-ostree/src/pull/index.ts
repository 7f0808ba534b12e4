/** The door of pulling: commits with all that they need, from other repositories on this machine or on the network. */
export type { PullOptions, PullResult, PullStatistics } from './options.ts';
export { pull, pullInto } from './pull.ts';
