import { definePlugin, SOLVER } from '@ostrata/contract';
import { CONFIG_SCHEMA } from './config.schema.ts';
import { SOLVER_ERRORS } from './errors.ts';
import type { SolverConfig } from './request/solver.ts';

/** The solver that needs nothing on the machine. */
export default definePlugin<SolverConfig>({
  name: 'solver-sat',
  apiVersion: '^0.1.0',
  config: CONFIG_SCHEMA,
  errors: SOLVER_ERRORS,
  apply(host) {
    // Loaded on first use: most commands solve nothing.
    host.provide(SOLVER, async () => new (await import('./request/solver.ts')).SatSolver(host.config));
  },
});
