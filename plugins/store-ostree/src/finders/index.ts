/** The door of finders: where collection refs can be pulled from, without naming a remote. */
export { configFinder } from './config-finder.ts';
export { createVolume, type VolumeOptions } from './create-volume.ts';
export { findRemotes } from './find-remotes.ts';
export { type Finder, type FinderResult, refKey, type WantedRef } from './found.ts';
export { mountFinder } from './mount-finder.ts';
export { isRemovable, listMounts, type Mount, type MountViewer } from './mounts.ts';
export { type PullFoundOptions, pullFound } from './pull-found.ts';
