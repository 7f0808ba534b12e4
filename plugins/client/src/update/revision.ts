import { clientError } from '../errors.ts';
import type { Revision } from './request.ts';

/** `version=V`, `revision=CHECKSUM`, or either without the word: 64 hex digits are a checksum. Throws CLIENT_USAGE. */
export function parseRevision(text: string): Revision {
  const [, word, value = ''] = /^(?:(version|revision)=)?(.*)$/s.exec(text) ?? [];
  const isChecksum = /^[0-9a-f]{64}$/.test(value);
  if (word === 'revision' && !isChecksum) {
    throw clientError('CLIENT_USAGE', `${JSON.stringify(value)} is no checksum of a commit.`, {
      hint: 'It has 64 hex digits; versions are written as version=V.',
    });
  }
  if (value === '') {
    throw clientError('CLIENT_USAGE', 'The revision is empty.', { hint: 'Write version=V or revision=CHECKSUM.' });
  }
  return word !== 'version' && isChecksum ? { checksum: value } : { version: value };
}
