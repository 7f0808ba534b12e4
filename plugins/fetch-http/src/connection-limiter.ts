interface Waiter {
  readonly host: string;
  readonly start: () => void;
}

/** Bounds how many connections are under way, in all and to one host. First come, first served. */
export class ConnectionLimiter {
  readonly #total: number;
  readonly #perHost: number;
  #running = 0;
  readonly #hosts = new Map<string, number>();
  readonly #queue: Waiter[] = [];

  constructor(total: number, perHost: number) {
    this.#total = total;
    this.#perHost = perHost;
  }

  /** Waits for a place; returns what gives it back. Rejects with the signal's reason. */
  async acquire(host: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        host,
        start: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#queue.push(waiter);
      this.#next();
    });
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#running--;
      this.#hosts.set(host, this.#hosts.get(host)! - 1);
      this.#next();
    };
  }

  #next(): void {
    while (this.#running < this.#total) {
      const index = this.#queue.findIndex(({ host }) => (this.#hosts.get(host) ?? 0) < this.#perHost);
      if (index < 0) return;
      const [waiter] = this.#queue.splice(index, 1);
      this.#running++;
      this.#hosts.set(waiter!.host, (this.#hosts.get(waiter!.host) ?? 0) + 1);
      waiter!.start();
    }
  }
}
