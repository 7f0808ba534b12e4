import type { CommandInput } from '@ostrata/contract';

/** Reads what a command line gave. */
export class Input {
  readonly #input: CommandInput;

  constructor(input: CommandInput) {
    this.#input = input;
  }

  flag(name: string): boolean {
    return this.#input.flags[name] === true;
  }

  text(name: string): string | null {
    const value = this.#input.flags[name];
    return typeof value === 'string' ? value : null;
  }

  number(name: string): number | null {
    const value = this.#input.flags[name];
    return typeof value === 'number' ? value : null;
  }

  /** All values of a flag that may be repeated, also those that commas separate. */
  list(name: string): string[] {
    const value = this.#input.flags[name];
    const values = value === undefined || typeof value === 'boolean' ? [] : [value].flat().map(String);
    return values.flatMap((text) => text.split(/\s*,\s*/)).filter((text) => text !== '');
  }

  /** All values, commas kept. */
  values(name: string): string[] {
    const value = this.#input.flags[name];
    return value === undefined || typeof value === 'boolean' ? [] : [value].flat().map(String);
  }

  words(name: string): string[] {
    const value = this.#input.args[name];
    return value === undefined ? [] : [value].flat().map(String);
  }
}
