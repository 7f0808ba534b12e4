import type { Json } from '@ostrata/contract';

/** Settings of the http and https transports. */
export interface FetchConfig {
  readonly maxConnections: number;
  readonly maxConnectionsPerHost: number;
  /** Of files that are fetched into memory, by somebody who bounds them himself: they do not count among the others. */
  readonly maxSmallRequests: number;
  /** Further rounds over the URLs of a file after the first. */
  readonly retries: number;
  readonly connectTimeoutSeconds: number;
  /** A transfer that brings less than this on average over `lowSpeedSeconds` is given up. */
  readonly lowSpeedBytesPerSecond: number;
  readonly lowSpeedSeconds: number;
  readonly userAgent: string;
}

export const CONFIG_SCHEMA: { readonly [key: string]: Json } = {
  type: 'object',
  additionalProperties: false,
  properties: {
    maxConnections: { type: 'integer', minimum: 1, maximum: 64, default: 8, description: 'Connections at one time' },
    maxConnectionsPerHost: {
      type: 'integer',
      minimum: 1,
      maximum: 64,
      default: 8,
      description: 'Connections to one host at one time',
    },
    maxSmallRequests: {
      type: 'integer',
      minimum: 1,
      maximum: 256,
      default: 64,
      description:
        'Requests for small files at one time, as of a pull, which asks for eight unless it is told otherwise',
    },
    retries: {
      type: 'integer',
      minimum: 0,
      maximum: 20,
      default: 4,
      description: 'Further rounds over the mirrors of a file',
    },
    connectTimeoutSeconds: { type: 'number', exclusiveMinimum: 0, default: 30, description: 'Time to connect' },
    lowSpeedBytesPerSecond: {
      type: 'integer',
      minimum: 0,
      default: 1000,
      description: 'Slower transfers are given up',
    },
    lowSpeedSeconds: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 30,
      description: 'Time over which the speed is measured',
    },
    userAgent: { type: 'string', default: 'ostrata', description: 'The User-Agent header' },
  },
};
