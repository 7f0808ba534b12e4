import { globToRegExp } from './glob.ts';

/** Options of all solvers with RPM's semantics. */
export interface SolverOptions {
  readonly multilib: boolean;
  readonly installonly: readonly string[];
  readonly machine?: readonly string[];
}

/** The properties of {@link SolverOptions} for a JSON Schema. */
export const SOLVER_OPTIONS = {
  multilib: {
    type: 'boolean',
    default: true,
    description: 'Packages of one name for 32 and 64 bits may be installed side by side.',
  },
  installonly: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: [],
    description: 'Names or patterns of packages of which several versions may be installed.',
  },
  machine: {
    type: 'array',
    items: { type: 'string', pattern: '^(language|filesystem|modalias)\\(.+\\)$' },
    default: [],
    description:
      'What supplements may ask about the machine: `language(de)`, `filesystem(xfs)`, `modalias(pci:v00008086d…)`.',
  },
} as const;

/**
 * Tells whether a machine has what a dependency asks for. A language counts for what it falls back to (`de` for `de_AT`), and what is
 * asked about hardware is a pattern.
 */
export function machineAnswers(properties: readonly string[]): (kind: string, value: string) => boolean {
  const has = properties.map((property) => {
    const [, kind, value] = /^(\w+)\((.+)\)$/.exec(property) ?? [];
    return { kind, value: value ?? '' };
  });
  return (kind, value) => {
    const values = has.filter((property) => property.kind === kind).map((property) => property.value);
    if (kind === 'language') return values.some((own) => own === value || own.startsWith(`${value}_`));
    if (kind !== 'modalias') return values.includes(value);
    const pattern = globToRegExp(value);
    return values.some((own) => pattern.test(own));
  };
}
