/** Compares two `[epoch:]version[-release]`: epochs, then runs of digits by number and all else by character. */
export function compareEvr(a: string, b: string): number {
  const [epochA, restA] = splitEpoch(a);
  const [epochB, restB] = splitEpoch(b);
  if (epochA !== epochB) return epochA - epochB;
  const [versionA = '', releaseA] = restA.split('-');
  const [versionB = '', releaseB] = restB.split('-');
  const byVersion = compareParts(versionA, versionB);
  // A side without a release matches every release.
  if (byVersion !== 0 || releaseA === undefined || releaseB === undefined) return byVersion;
  return compareParts(releaseA, releaseB);
}

function splitEpoch(evr: string): [number, string] {
  const colon = evr.indexOf(':');
  return colon < 0 ? [0, evr] : [Number(evr.slice(0, colon)), evr.slice(colon + 1)];
}

function compareParts(a: string, b: string): number {
  const partsA = a.match(/\d+|[a-z]+/gi) ?? [];
  const partsB = b.match(/\d+|[a-z]+/gi) ?? [];
  for (let index = 0; index < Math.max(partsA.length, partsB.length); index += 1) {
    const [x, y] = [partsA[index], partsB[index]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const numbers = /^\d/.test(x) && /^\d/.test(y);
    const order = numbers ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0;
    if (order !== 0) return order;
  }
  return 0;
}
