import { coreError } from '../errors.ts';

/** Open while a plugin is being applied, shut for good afterwards. */
export class Seal {
  readonly #plugin: string;
  #shut = false;

  constructor(plugin: string) {
    this.#plugin = plugin;
  }

  shut(): void {
    this.#shut = true;
  }

  /** Throws HOST_SEALED once it is shut. */
  check(): void {
    if (!this.#shut) return;
    throw coreError(
      'HOST_SEALED',
      `The plugin ${this.#plugin} tried to register something after its apply function had returned.`,
      {
        hint: 'Register everything in apply, synchronously; decide later, inside of taps and providers.',
      },
    );
  }
}
