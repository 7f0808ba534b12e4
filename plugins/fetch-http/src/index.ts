import { type Context, definePlugin, TRANSPORT } from '@ostrata/core';
import { Agents } from './agents.ts';
import { CONFIG_SCHEMA, type FetchConfig } from './config.schema.ts';
import { ConnectionLimiter } from './connection-limiter.ts';
import { TRANSPORT_ERRORS } from './errors.ts';
import { FileTransport } from './file-transport.ts';
import { HttpTransport } from './http-transport.ts';

/** The transports of http, https and file URLs. */
export default definePlugin<FetchConfig>({
  name: 'fetch-http',
  apiVersion: '^0.1.0',
  config: CONFIG_SCHEMA,
  errors: TRANSPORT_ERRORS,
  apply(host) {
    const limiter = new ConnectionLimiter(host.config.maxConnections, host.config.maxConnectionsPerHost);
    const make = (ctx: Context): HttpTransport => {
      const agents = new Agents();
      ctx.defer('close http connections', () => agents.destroy());
      return new HttpTransport(host.config, limiter, agents);
    };
    host.provide(TRANSPORT, 'http', make);
    host.provide(TRANSPORT, 'https', make);
    host.provide(TRANSPORT, 'file', () => new FileTransport());
  },
});
