import type { CommandEntry } from './entry.ts';

/** Commands of the command line itself. */
export const BUILT_IN: readonly CommandEntry[] = [
  { id: 'apply', load: async () => (await import('./apply.ts')).default },
  { id: 'completion', load: async () => (await import('./completion.ts')).default },
  { id: 'compose:tree', load: async () => (await import('./compose/tree.ts')).default },
  { id: 'config:explain', load: async () => (await import('./config/explain.ts')).default },
  { id: 'plugins', load: async () => (await import('./plugins.ts')).default },
];

/** The one that `argv` begins with. */
export function builtInCommand(argv: readonly string[]): CommandEntry | undefined {
  return BUILT_IN.find(({ id }) => id.split(':').every((word, i) => argv[i] === word));
}
