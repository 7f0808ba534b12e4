/** The signal of a run: follows the caller's until it is masked. */
export class RunSignal {
  #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #follow = () => this.#controller.abort(this.#outer?.reason);

  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer;
    if (outer?.aborted) this.#follow();
    else outer?.addEventListener('abort', this.#follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on nobody can cancel: the swap has begun, or the work is done. */
  mask(): void {
    this.#outer?.removeEventListener('abort', this.#follow);
  }

  /** From now on another signal, that nobody aborts. */
  reset(): void {
    this.mask();
    this.#controller = new AbortController();
  }
}
