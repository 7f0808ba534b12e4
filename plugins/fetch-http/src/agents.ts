import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

export interface AgentPair {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Keeps connections open between requests, by the proxy they go through. */
export class Agents {
  readonly #pairs = new Map<string, AgentPair>();

  /** @param proxy URL of the proxy, with its login; null connects directly */
  get(proxy: string | null): AgentPair {
    let pair = this.#pairs.get(proxy ?? '');
    if (pair === undefined) {
      // Given also when it is empty: without it Node would look into the process's environment.
      const proxyEnv = proxy === null ? {} : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
      pair = {
        http: new HttpAgent({ keepAlive: true, proxyEnv }),
        https: new HttpsAgent({ keepAlive: true, proxyEnv }),
      };
      this.#pairs.set(proxy ?? '', pair);
    }
    return pair;
  }

  destroy(): void {
    for (const { http, https } of this.#pairs.values()) {
      http.destroy();
      https.destroy();
    }
    this.#pairs.clear();
  }
}
