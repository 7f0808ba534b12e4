import { definePlugin, SOLVER } from '@ostrata/contract';
import { CONFIG_SCHEMA } from './config.schema.ts';
import { LIBSOLV_ERRORS } from './errors.ts';
import { type LibsolvConfig, LibsolvSolver } from './request/solver.ts';

/** The solver of dnf and zypper, where the machine has it. */
export default definePlugin<LibsolvConfig>({
  name: 'solver-libsolv',
  apiVersion: '^0.1.0',
  config: CONFIG_SCHEMA,
  errors: LIBSOLV_ERRORS,
  apply(host) {
    host.provide(SOLVER, () => new LibsolvSolver(host.config));
  },
});
