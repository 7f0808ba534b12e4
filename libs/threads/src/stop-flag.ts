/** The work was given up at `StopFlag.throwIfSet`. Nobody waits for its result. */
export class ThreadStopped extends Error {
  override readonly name = 'ThreadStopped';
}

/** One bit that a thread shares with the one that started it: what the thread does is no longer wanted. */
export class StopFlag {
  readonly #cell: Int32Array<SharedArrayBuffer>;

  /** @param shared `shared` of the flag that the thread was started with; without it a new flag, not set. */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#cell = new Int32Array(shared);
  }

  /** What goes to the thread with its `workerData`. */
  get shared(): SharedArrayBuffer {
    return this.#cell.buffer;
  }

  get isSet(): boolean {
    return Atomics.load(this.#cell, 0) === 1;
  }

  set(): void {
    Atomics.store(this.#cell, 0, 1);
  }

  /** For a thread between two pieces of its work. @throws ThreadStopped */
  throwIfSet(): void {
    if (this.isSet) throw new ThreadStopped('what this thread does is no longer wanted');
  }
}
