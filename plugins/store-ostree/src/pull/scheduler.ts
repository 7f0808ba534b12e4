type Job = () => Promise<void>;

/** Runs jobs, which may add others, so many at one time. After a failure nothing is begun any more. */
export class Scheduler {
  readonly #limit: number;
  /** Directories before files: they tell what else there is to do. */
  readonly #first: Job[] = [];
  readonly #later: () => Job | undefined;
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  #idle: (() => void) | undefined;

  /** `later` gives what there is to do when nothing is first; `wake` says that there is something again. */
  constructor(limit: number, later: () => Job | undefined) {
    this.#limit = limit;
    this.#later = later;
  }

  first(job: Job): void {
    this.#first.push(job);
    this.#next();
  }

  wake(): void {
    this.#next();
  }

  /** Until nothing is left to do. @throws the first error of a job, when those under way have ended */
  async drain(): Promise<void> {
    this.#next();
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    if (this.#failure) throw this.#failure.error;
  }

  #next(): void {
    while (this.#failure === undefined && this.#running < this.#limit) {
      const job = this.#first.pop() ?? this.#later();
      if (!job) return;
      this.#running++;
      void this.#run(job);
    }
  }

  async #run(job: Job): Promise<void> {
    try {
      await job();
    } catch (error) {
      this.#failure ??= { error };
    }
    this.#running--;
    this.#next();
    if (this.#running === 0) this.#idle?.();
  }
}
