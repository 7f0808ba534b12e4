import type {
  Context,
  Transport,
  TransportBytes,
  TransportBytesRequest,
  TransportRequest,
  TransportResult,
} from '@ostrata/contract';
import type { Agents } from './agents.ts';
import type { FetchConfig } from './config.schema.ts';
import type { ConnectionLimiter } from './connection-limiter.ts';
import { download, type Wanted } from './download.ts';
import { type AttemptTools, attemptHttp } from './http-attempt.ts';
import { attemptInMemory } from './memory-attempt.ts';
import { MemoryPart } from './memory-part.ts';
import { MirrorHealth } from './mirror-health.ts';
import { withoutStaleValidators } from './part-file.ts';
import { ReadCredentials } from './request-options.ts';

/** Bounds what is under way at one time: files, and what goes into memory. */
export interface Limiters {
  readonly files: ConnectionLimiter;
  readonly small: ConnectionLimiter;
}

/** The transport of http and https. */
export class HttpTransport implements Transport {
  readonly #config: FetchConfig;
  readonly #limiters: Limiters;
  readonly #agents: Agents;
  readonly #health = new MirrorHealth();
  readonly #credentials = new ReadCredentials();
  /** Downloads under way by destination: a second one for the same file waits for the first. */
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(config: FetchConfig, limiters: Limiters, agents: Agents) {
    this.#config = config;
    this.#limiters = limiters;
    this.#agents = agents;
  }

  async get(request: TransportRequest, ctx: Context): Promise<TransportResult> {
    ctx.signal.throwIfAborted();
    const { destination } = request;
    const before = this.#running.get(destination);
    const work = (async () => {
      await before?.catch(() => undefined);
      return this.#download(request, ctx);
    })();
    this.#running.set(destination, work);
    try {
      return await work;
    } finally {
      if (this.#running.get(destination) === work) this.#running.delete(destination);
    }
  }

  getBytes(request: TransportBytesRequest, ctx: Context): Promise<TransportBytes> {
    ctx.signal.throwIfAborted();
    const part = new MemoryPart();
    return this.#try(request, ctx, this.#limiters.small, (url, tools) =>
      attemptInMemory(url, request, ctx, tools, part),
    );
  }

  #download(request: TransportRequest, ctx: Context): Promise<TransportResult> {
    const wanted = withoutStaleValidators(request);
    return this.#try(request, ctx, this.#limiters.files, (url, tools) => attemptHttp(url, wanted, ctx, tools));
  }

  #try<Result>(
    request: Wanted,
    ctx: Context,
    limiter: ConnectionLimiter,
    attempt: (url: string, tools: AttemptTools) => Promise<Result>,
  ): Promise<Result> {
    const tools = { config: this.#config, agents: this.#agents, credentials: this.#credentials };
    return download(request, ctx, {
      schemes: ['http', 'https'],
      retries: this.#config.retries,
      health: this.#health,
      attempt: async (url) => {
        const release = await limiter.acquire(new URL(url).host, ctx.signal);
        try {
          return await attempt(url, tools);
        } finally {
          release();
        }
      },
    });
  }
}
