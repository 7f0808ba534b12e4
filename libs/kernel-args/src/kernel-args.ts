/** Why kernel arguments could not be changed as asked; the message has libostree's words. */
export class KernelArgsError extends Error {
  override readonly name = 'KernelArgsError';
}

/** Arguments that boot loaders add by themselves: never taken over from a running kernel. */
const OF_BOOT_LOADERS = ['BOOT_IMAGE=', 'initrd='];

/**
 * The command line of a kernel: arguments in order, each `KEY` or `KEY=VALUE`, a key as often as it likes. White space inside double
 * quotes belongs to the argument (Documentation/admin-guide/kernel-parameters).
 */
export class KernelArgs {
  readonly #args: string[];

  constructor(args: Iterable<string> = []) {
    this.#args = [...args];
  }

  static parse(text: string): KernelArgs {
    return new KernelArgs(text.match(/(?:"[^"]*"?|[^\s"])+/g) ?? []);
  }

  /** The arguments of the running kernel, from the text of /proc/cmdline. */
  static ofRunningKernel(cmdline: string): KernelArgs {
    const all = KernelArgs.parse(cmdline).#args;
    return new KernelArgs(all.filter((arg) => !OF_BOOT_LOADERS.some((prefix) => arg.startsWith(prefix))));
  }

  get list(): readonly string[] {
    return this.#args;
  }

  has(key: string): boolean {
    return this.#args.some((arg) => keyOf(arg) === key);
  }

  /** The value of the last argument of a key; undefined where there is none, or none with a value. */
  last(key: string): string | undefined {
    const arg = this.#args.findLast((one) => keyOf(one) === key);
    return arg?.includes('=') ? arg.slice(key.length + 1) : undefined;
  }

  append(...args: readonly string[]): this {
    this.#args.push(...args);
    return this;
  }

  appendIfMissing(arg: string): this {
    return this.has(keyOf(arg)) ? this : this.append(arg);
  }

  /** Puts an argument where the first one of its key is and takes the others out; appends it where there is none. */
  set(arg: string): this {
    const key = keyOf(arg);
    const first = this.#args.findIndex((one) => keyOf(one) === key);
    if (first < 0) return this.append(arg);
    const rest = this.#args.slice(first + 1).filter((one) => keyOf(one) !== key);
    this.#args.splice(first, this.#args.length, arg, ...rest);
    return this;
  }

  /** `KEY=VALUE` where the key has one argument, `KEY=OLD=NEW` where it has several. Throws KernelArgsError. */
  replace(arg: string): this {
    const key = keyOf(arg);
    const value = arg.slice(key.length + 1);
    const indexes = this.#indexes(key);
    const old = value.includes('=') ? value.slice(0, value.indexOf('=')) : undefined;
    if (old !== undefined) {
      const index = this.#args.indexOf(`${key}=${old}`);
      if (index < 0) throw new KernelArgsError(`No karg '${key}=${old}' found`);
      this.#args[index] = `${key}=${value.slice(old.length + 1)}`;
      return this;
    }
    if (indexes.length > 1) throw new KernelArgsError(`Multiple values for key '${key}' found`);
    this.#args[indexes[0]!] = arg;
    return this;
  }

  /** `KEY` where the key has one argument, else `KEY=VALUE`. Throws KernelArgsError. */
  delete(arg: string): this {
    const key = keyOf(arg);
    const indexes = this.#indexes(key);
    const exact = this.#args.indexOf(arg);
    const [only] = indexes;
    if (exact < 0 && indexes.length > 1) {
      throw new KernelArgsError(arg === key ? `Multiple values for key '${key}' found` : `No karg '${arg}' found`);
    }
    if (exact < 0 && arg !== key) throw new KernelArgsError(`No karg '${arg}' found`);
    this.#args.splice(exact < 0 ? only! : exact, 1);
    return this;
  }

  /** As `delete`, and nothing where the key has no argument. */
  deleteIfPresent(arg: string): this {
    return this.has(keyOf(arg)) ? this.delete(arg) : this;
  }

  /** Takes all arguments of a key out. */
  drop(key: string): this {
    this.#args.splice(0, this.#args.length, ...this.#args.filter((arg) => keyOf(arg) !== key));
    return this;
  }

  toString(): string {
    return this.#args.join(' ');
  }

  #indexes(key: string): number[] {
    const indexes = this.#args.flatMap((arg, index) => (keyOf(arg) === key ? [index] : []));
    if (indexes.length === 0) throw new KernelArgsError(`No key '${key}' found`);
    return indexes;
  }
}

function keyOf(arg: string): string {
  const equals = arg.indexOf('=');
  return equals < 0 ? arg : arg.slice(0, equals);
}
