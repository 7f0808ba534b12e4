import type { Stage } from '@ostrata/contract';
import { coreError } from '../errors.ts';
import type { Guard } from '../host/guard.ts';

/**
 * Notices that a run can never end: the process has nothing left to do, and a promise is still awaited. Node would end such a
 * process silently and with code 0; instead `hung` rejects and the run fails as on any error.
 */
export class HangWatch {
  readonly hung: Promise<never>;
  readonly #onBeforeExit: () => void;

  constructor(guard: Guard, stage: () => Stage | null) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.hung = promise;
    promise.catch(() => {});
    // Rejected from the event loop and not from the handler, so that Node sees that there is work again.
    this.#onBeforeExit = () => setImmediate(() => reject(describe(guard, stage())));
    process.on('beforeExit', this.#onBeforeExit);
  }

  stop(): void {
    process.off('beforeExit', this.#onBeforeExit);
  }
}

function describe(guard: Guard, stage: Stage | null): Error {
  const pending = guard.pending.map(
    ({ origin }) => `${origin.plugin ?? 'the host'}${origin.hook ? ` in ${origin.hook}` : ''}`,
  );
  const what = pending.length > 0 ? pending.join(', ') : `the stage ${stage ?? 'before the first'}`;
  return coreError('RUN_HUNG', `Waiting for something that can never happen any more: ${what}.`, {
    hint: 'A promise was created that nothing resolves; this is a bug of the plugin named.',
    data: { pending, stage },
  });
}
