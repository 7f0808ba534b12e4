import { type Context, definePlugin, TRANSPORT, type Transport } from '@ostrata/contract';
import { CONFIG_SCHEMA, type FetchConfig } from './config.schema.ts';
import { ConnectionLimiter } from './connection-limiter.ts';
import { TRANSPORT_ERRORS } from './errors.ts';

/** The transports of http, https and file URLs; what speaks to a network is loaded on first use. */
export default definePlugin<FetchConfig>({
  name: 'fetch-http',
  apiVersion: '^0.1.0',
  config: CONFIG_SCHEMA,
  errors: TRANSPORT_ERRORS,
  apply({ config, provide }) {
    const limiters = {
      files: new ConnectionLimiter(config.maxConnections, config.maxConnectionsPerHost),
      small: new ConnectionLimiter(config.maxSmallRequests, config.maxSmallRequests),
    };
    const make = async (ctx: Context): Promise<Transport> => {
      const [{ Agents }, { HttpTransport }] = await Promise.all([import('./agents.ts'), import('./http-transport.ts')]);
      const agents = new Agents();
      ctx.defer('close http connections', () => agents.destroy());
      return new HttpTransport(config, limiters, agents);
    };
    provide(TRANSPORT, 'http', make);
    provide(TRANSPORT, 'https', make);
    provide(TRANSPORT, 'file', async () => {
      const { FileTransport } = await import('./file-transport.ts');
      return new FileTransport();
    });
  },
});
