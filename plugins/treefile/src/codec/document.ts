import { parseJson } from './json.ts';
import { DocumentError, LIMITS, type Node } from './node.ts';
import { parseYaml } from './yaml.ts';

export type Format = 'yaml' | 'json';

/** rpm-ostree takes files that end in .yaml or .yml for YAML and all others for JSON (rust/src/utils.rs, InputFormat). */
export function formatOf(file: string): Format {
  return /\.ya?ml$/.test(file) ? 'yaml' : 'json';
}

/** Parses a document of either format. Throws a DocumentError. */
export function parseDocument(text: string, format: Format): Node {
  if (Buffer.byteLength(text) > LIMITS.bytes) {
    const message = `is larger than ${LIMITS.bytes} bytes`;
    throw new DocumentError('TOO_LARGE', [{ message, at: { line: 1, column: 1 } }]);
  }
  return format === 'yaml' ? parseYaml(text) : parseJson(text);
}
