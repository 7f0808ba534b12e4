/** The three parts of `[epoch:]version[-release]`; undefined is "not said", which matching treats differently from empty. */
interface Parts {
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

/** How a package format orders two versions; also called with an epoch or a release alone. */
export type CompareVersions = (a: string, b: string) => number;

/** Outcome of {@link EvrOrder.match}: `MORE` and `FEWER` tell that all compared parts are equal but one side has no release. */
export const FEWER = -2;
export const MORE = 2;

/** Orders EVR strings known by their interned ids; each one is taken apart once. */
export class EvrOrder {
  readonly #text: (id: number) => string;
  readonly #compare: CompareVersions;
  readonly #parts: (Parts | undefined)[] = [];

  constructor(text: (id: number) => string, compare: CompareVersions) {
    this.#text = text;
    this.#compare = compare;
  }

  /** Total order: a missing release is lower than any. */
  compare(a: number, b: number): number {
    if (a === b) return 0;
    const x = this.#of(a);
    const y = this.#of(b);
    const order = this.#epochVersion(x, y);
    if (order !== 0) return order;
    if (x.release === undefined || y.release === undefined) {
      return x.release === y.release ? 0 : x.release === undefined ? -1 : 1;
    }
    return this.#order(x.release, y.release);
  }

  /** Order for dependencies: a release that one side does not name is not compared, and FEWER or MORE says which side lacks it. */
  match(a: number, b: number): number {
    if (a === b) return 0;
    const x = this.#of(a);
    const y = this.#of(b);
    const order = this.#epochVersion(x, y);
    if (order !== 0) return order;
    const hasX = x.release !== undefined && x.release !== '';
    const hasY = y.release !== undefined && y.release !== '';
    if (hasX !== hasY) return hasX ? MORE : FEWER;
    return hasX ? this.#order(x.release!, y.release!) : 0;
  }

  #epochVersion(x: Parts, y: Parts): number {
    return this.#order(x.epoch, y.epoch) || this.#order(x.version, y.version);
  }

  #order(x: string, y: string): number {
    return x === y ? 0 : Math.sign(this.#compare(x, y));
  }

  #of(id: number): Parts {
    let parts = this.#parts[id];
    if (parts === undefined) {
      parts = splitEvr(this.#text(id));
      this.#parts[id] = parts;
    }
    return parts;
  }
}

function splitEvr(text: string): Parts {
  const colon = text.indexOf(':');
  const hasEpoch = colon > 0 && /^[0-9]+$/.test(text.slice(0, colon));
  const rest = hasEpoch ? text.slice(colon + 1) : text;
  const epoch = hasEpoch ? text.slice(0, colon) : '0';
  const dash = rest.lastIndexOf('-');
  if (dash < 0) return { epoch, version: rest, release: undefined };
  return { epoch, version: rest.slice(0, dash), release: rest.slice(dash + 1) };
}
