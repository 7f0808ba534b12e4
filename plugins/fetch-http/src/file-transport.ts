import { createReadStream, readFileSync, type Stats, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type {
  Context,
  Transport,
  TransportBytes,
  TransportBytesRequest,
  TransportRequest,
  TransportResult,
} from '@ostrata/contract';
import { AttemptFailure } from './attempt-failure.ts';
import { checkBytes } from './check-bytes.ts';
import { download } from './download.ts';
import { MirrorHealth } from './mirror-health.ts';
import { PartFile, withoutStaleValidators } from './part-file.ts';
import { Receiver } from './receive.ts';

const BLOCK = 1 << 20;

/** The transport of file URLs: copies with the checks of the others. What changed is told by time and size. */
export class FileTransport implements Transport {
  readonly #health = new MirrorHealth();

  get(request: TransportRequest, ctx: Context): Promise<TransportResult> {
    const wanted = withoutStaleValidators(request);
    return download(request, ctx, {
      schemes: ['file'],
      retries: 0,
      health: this.#health,
      attempt: (url) => copy(url, wanted, ctx),
    });
  }

  getBytes(request: TransportBytesRequest, ctx: Context): Promise<TransportBytes> {
    const attempt = async (url: string): Promise<TransportBytes> => {
      ctx.signal.throwIfAborted();
      return readWhole(url, request);
    };
    return download(request, ctx, { schemes: ['file'], retries: 0, health: this.#health, attempt });
  }
}

function readWhole(url: string, request: TransportBytesRequest): TransportBytes {
  const path = pathOf(url);
  const stats = statOf(path, url);
  const validators = { etag: etagOf(stats) };
  if (request.validators?.etag === validators.etag) return { bytes: null, url, validators };
  let bytes: Uint8Array = new Uint8Array();
  try {
    if (stats.size <= request.maxSize) bytes = readFileSync(path);
  } catch (error) {
    throw unreadable(url, error as Error);
  }
  checkBytes(bytes, Math.max(stats.size, bytes.length), url, request);
  return { bytes, url, validators };
}

const etagOf = (stats: Stats): string => `"${stats.mtimeMs}-${stats.size}-${stats.ino}"`;

async function copy(url: string, request: TransportRequest, ctx: Context): Promise<TransportResult> {
  ctx.signal.throwIfAborted();
  const path = pathOf(url);
  const stats = statOf(path, url);
  const etag = etagOf(stats);
  if (request.validators?.etag === etag) return { notModified: true, url, bytes: 0, validators: { etag } };
  const part = new PartFile(request.destination);
  try {
    part.clear();
    const receiver = await Receiver.create(request, part, url);
    const { range } = request;
    if (range && range.first >= stats.size)
      throw new AttemptFailure('mirror', 'TRANSPORT_RANGE', `${url} has only ${stats.size} bytes`);
    if (!range) receiver.announce(stats.size);
    const bounds = range ? { start: range.first, end: range.last } : {};
    const source = createReadStream(path, { highWaterMark: BLOCK, signal: ctx.signal, ...bounds });
    source.on('error', () => undefined);
    for await (const chunk of source) receiver.take(chunk as Uint8Array);
    receiver.finish();
    await part.commit();
    return { notModified: false, url, bytes: part.size, validators: { etag } };
  } catch (error) {
    if (ctx.signal.aborted) throw ctx.signal.reason;
    // A local copy is not worth going on with.
    part.clear();
    throw error instanceof AttemptFailure || !(error instanceof Error) ? error : unreadable(url, error);
  } finally {
    if (ctx.signal.aborted) part.clear();
    part.close();
  }
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new AttemptFailure('mirror', 'TRANSPORT_URL_INVALID', `${url} names no local file`, {
      hint: 'File URLs have three slashes: file:///directory/file.',
      cause: error,
    });
  }
}

function statOf(path: string, url: string): Stats {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch (error) {
    throw unreadable(url, error as Error);
  }
  if (!stats.isFile()) throw new AttemptFailure('mirror', 'TRANSPORT_FILE', `${url} is no regular file`);
  return stats;
}

function unreadable(url: string, error: Error): AttemptFailure {
  const code = (error as NodeJS.ErrnoException).code ?? error.message;
  const missing = code === 'ENOENT';
  return new AttemptFailure(
    'mirror',
    'TRANSPORT_FILE',
    missing ? `${url} does not exist` : `${url} cannot be read: ${code}`,
    {
      hint: missing ? 'Check the URL; when the metadata is old, refresh it.' : 'Check the permissions of the file.',
      data: missing ? { url, code, status: 404 } : { url, code },
      cause: error,
    },
  );
}
