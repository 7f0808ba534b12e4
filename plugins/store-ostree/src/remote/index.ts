/** The door of remotes: how they are configured and what they offer. */

export { fetchCommit, fetchSummary, type RemoteSummary, remoteRefs } from './ask-remote.ts';
export { listValue } from './config-text.ts';
export { addCookie, deleteCookie, type JarCookie, listCookies, type NewCookie } from './cookie-jar.ts';
export {
  addRemote,
  checkName as checkRemoteName,
  deleteRemote,
  findCollectionRemote,
  findRemote,
  listRemotes,
  type NewRemote,
  type Remote,
  type RemotePlace,
  remoteFlag,
  remoteList,
  remoteUrl,
} from './remotes.ts';
