/** Commands that change what is installed. */
export const SOLVED = new Set([
  'install',
  'remove',
  'upgrade',
  'update',
  'downgrade',
  'distro-sync',
  'distrosync',
  'autoremove',
  'reinstall',
  'swap',
  'group install',
  'group remove',
  'group upgrade',
  'environment install',
  'environment remove',
  'environment upgrade',
]);
/** Commands that do not change what is installed. */
export const WATCHING = new Set([
  'clean',
  'makecache',
  'list',
  'info',
  'repoquery',
  'rq',
  'repolist',
  'repo list',
  'repo info',
  'check',
  'check-update',
  'check-upgrade',
  'history list',
  'history info',
  'group list',
  'group info',
  'environment list',
  'environment info',
  'advisory list',
  'advisory info',
  'module list',
  'provides',
  'search',
  'leaves',
]);
/** Steps that look at what a command left behind. */
export const WATCHED =
  /^(the exit code is|stdout |stderr |package state is|package reasons are|dnf5 transaction items|History is|file ".*" (exists|does not exist|contents is|contains)|group state is|environment state is|modules state is|module list is|HTTP log|I start capturing)/;
