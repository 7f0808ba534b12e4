export * from '@ostrata/contract';
export { createHost, errors, type Host, type HostOptions, type Session } from './create-host.ts';
export { Crash, type FailpointHandler, failpointError } from './failpoint.ts';
export type { PluginEntry } from './host/gate.ts';
export type { Pending, Timing } from './host/guard.ts';
export type { Inspection, PluginInfo } from './host/inspect.ts';
export type { RunInput } from './run/corridor.ts';
export type { EventListener } from './run/progress.ts';
export type { RunOptions } from './run/run-state.ts';
