/** The door of remotes: how they are configured and what they offer. */
export { fetchSummary, type RemoteSummary, remoteRefs } from './fetch-summary.ts';
export {
  addRemote,
  deleteRemote,
  findRemote,
  listRemotes,
  type NewRemote,
  type Remote,
  type RemotePlace,
  remoteFlag,
  remoteList,
  remoteUrl,
} from './remotes.ts';
