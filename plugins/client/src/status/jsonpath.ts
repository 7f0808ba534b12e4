import type { Json } from '@ostrata/contract';
import { JSONPathError, jsonpath } from 'json-p3';
import { clientError } from '../errors.ts';

/** All values that an expression (RFC 9535) finds. Throws CLIENT_JSONPATH. */
export function queryJson(expression: string, data: Json): Json {
  try {
    return jsonpath.query(expression, data as never).values() as Json;
  } catch (error) {
    if (!(error instanceof JSONPathError)) throw error;
    throw clientError(
      'CLIENT_JSONPATH',
      `The expression ${JSON.stringify(expression)} is no JSONPath: ${error.message}.`,
      {
        hint: 'Write it as in RFC 9535: $.deployments[0].checksum',
        data: { expression },
        cause: error,
      },
    );
  }
}
