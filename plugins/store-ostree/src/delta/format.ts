import type { DeltaDescription, PartDescription } from './describe.ts';

/** The lines that `ostree static-delta show` prints of a delta, up to a part that cannot be read. */
export function formatDelta(delta: DeltaDescription): string[] {
  const { fallbacks, parts } = delta;
  const fallbackSize = sum(fallbacks.map(({ size }) => size));
  const fallbackFull = sum(fallbacks.map(({ uncompressedSize }) => uncompressedSize));
  const partSize = sum(parts.map(({ size }) => size));
  const partFull = sum(parts.map(({ uncompressedSize }) => uncompressedSize));
  return [
    `Delta: ${delta.id}`,
    `Signed: ${delta.signed ? 'yes' : 'no'}`,
    delta.from === undefined ? 'From <scratch>' : `From: ${delta.from}`,
    `To: ${delta.to}`,
    `Endianness: ${endiannessText(delta.endianness)}`,
    `Timestamp: ${delta.timestamp}`,
    `Number of parents: ${delta.parents}`,
    `Number of fallback entries: ${fallbacks.length}`,
    ...fallbacks.map(({ id }) => `  ${id}`),
    sizeLine('Total Fallback Size', fallbackSize),
    sizeLine('Total Fallback Uncompressed Size', fallbackFull),
    `Number of parts: ${delta.partCount}`,
    ...parts.flatMap(partLines),
    ...(delta.problem
      ? []
      : [
          sizeLine('Total Part Size', partSize),
          sizeLine('Total Part Uncompressed Size', partFull),
          sizeLine('Total Size', partSize + fallbackSize),
          sizeLine('Total Uncompressed Size', partFull + fallbackFull),
        ]),
  ];
}

function partLines({ objects, size, uncompressedSize, contents }: PartDescription, index: number): string[] {
  const meta = `PartMeta${index}: nobjects=${objects.length} size=${size} usize=${uncompressedSize}`;
  if (!contents) return [meta];
  const { modes, xattrs, payloadSize, operationsSize, operations: count } = contents;
  return [
    meta,
    `PartPayload${index}: nmodes=${modes} nxattrs=${xattrs} blobsize=${payloadSize} opsize=${operationsSize}`,
    `PartPayloadOps${index}: openspliceclose=${count.splice} open=${count.open} write=${count.write} setread=${count.setSource} ` +
      `unsetread=${count.unsetSource} close=${count.close} bspatch=${count.patch}`,
  ];
}

function endiannessText({ order, stated }: DeltaDescription['endianness']): string {
  if (order === undefined) return 'invalid';
  return stated ? order : `${order} (heuristic)`;
}

const sum = (sizes: readonly bigint[]): bigint =>
  BigInt.asUintN(
    64,
    sizes.reduce((total, size) => total + size, 0n),
  );

const sizeLine = (label: string, size: bigint): string => `${label}: ${size} (${sizeText(size)})`;

/** A size in decimal units as GLib writes it (g_format_size). */
export function sizeText(size: bigint): string {
  if (size < 1000n) return size === 1n ? '1 byte' : `${size} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
  let value = Number(size) / 1000;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${value.toFixed(1)}\u00a0${units[unit]}`;
}
