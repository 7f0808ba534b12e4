import { capability } from '@ostrata/contract';
import type { QueryConfig } from './config.schema.ts';

/** How the verbs of this plugin, which are data, get at its configuration. */
export const QUERY_SETTINGS = capability<QueryConfig>('query-settings');
