import type { Commit } from './commit.ts';
import type { Deployment } from './deployment.ts';
import type { Extras, Json } from './json.ts';
import type { Plan } from './plan.ts';
import type { Halt, Stage } from './request.ts';

/** How a run ended, with what it made; later stages' records are null where the run stopped before them. */
export interface Outcome {
  readonly status: 'done' | 'unchanged';
  /** Where the run stopped. */
  readonly until: Halt;
  readonly plan: Plan | null;
  readonly commit: Commit | null;
  readonly deployment: Deployment | null;
  readonly extras: Extras;
}

/** What `failed.notify` hears. The error itself, as data: code, sentence, hint and origin. */
export interface Failure {
  readonly command: string;
  readonly stage: Stage | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly data: { readonly [key: string]: Json };
    readonly plugin: string | null;
    readonly hook: string | null;
  };
}
