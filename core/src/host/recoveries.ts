import type { Recovery } from '@ostrata/contract';
import { coreError } from '../errors.ts';

/** Who recovers a kind of journal line; kinds are unique among all plugins, because a provider may be called with anybody's context. */
export class Recoveries {
  readonly #byKind = new Map<string, { readonly plugin: string; readonly recovery: Recovery }>();

  add(kind: string, plugin: string, recovery: Recovery): void {
    const other = this.#byKind.get(kind);
    if (other !== undefined) {
      throw coreError(
        'RECOVERY_DUPLICATE',
        `${plugin} and ${other.plugin} both recover journal lines of kind ${kind}.`,
        {
          hint: 'Begin the kind with the name of the plugin.',
        },
      );
    }
    this.#byKind.set(kind, { plugin, recovery });
  }

  /** Throws RECOVERY_MISSING. */
  find(kind: string): { readonly plugin: string; readonly recovery: Recovery } {
    const found = this.#byKind.get(kind);
    if (found !== undefined) return found;
    throw coreError('RECOVERY_MISSING', `No loaded plugin recovers journal lines of kind ${kind}.`, {
      hint: 'Enable the plugin that wrote the line, and run again.',
      data: { kind },
    });
  }
}
