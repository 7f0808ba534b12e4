/** Which servers have failed in this run, so that they are asked last, and which have answered. */
export class MirrorHealth {
  readonly #bad = new Set<string>();
  readonly #present = new Set<string>();

  /** The same URLs, those of servers that failed at the end. */
  order(urls: readonly string[]): string[] {
    const good = urls.filter((url) => !this.isBad(url));
    return good.length === urls.length ? [...urls] : [...good, ...urls.filter((url) => this.isBad(url))];
  }

  isBad(url: string): boolean {
    return this.#bad.has(originOf(url));
  }

  markBad(url: string): void {
    this.#bad.add(originOf(url));
  }

  markPresent(url: string): void {
    this.#present.add(originOf(url));
  }

  /** Whether it has ever answered. */
  wasPresent(url: string): boolean {
    return this.#present.has(originOf(url));
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
