import { evrOf, type Intent, identityAt, nevraOf, type PackageTable, type Pin } from '@ostrata/contract';
import { nameMatcher } from '@ostrata/package-spec';

/** Why packages of a table must not be installed, in words; null for those that may. Of several reasons the first one counts. */
export function reasonsToLeaveOut(intent: Intent, table: PackageTable): (index: number) => string | null {
  const excluded = intent.exclude.map((pattern) => ({ pattern, matches: nameMatcher(pattern) }));
  const pins = Map.groupBy(intent.pins, (pin) => pin.name);
  const onlyPinned = intent.pinnedOnlySources.includes(table.source);
  const sources = new Map(
    intent.install.flatMap(({ spec, source }) => (source === undefined ? [] : [[spec, source] as const])),
  );
  return (index) => {
    const name = table.name(index);
    const arch = table.arch(index);
    for (const { pattern, matches } of excluded) {
      if (matches(name) || matches(`${name}.${arch}`) || matches(nevraOf(identityAt(table, index)))) {
        return `excluded by "${pattern}"`;
      }
    }
    const source = sources.get(name);
    if (source !== undefined && source !== table.source) return `"${name}" shall come from source ${source}`;
    const applying = pins.get(name)?.filter((pin) => pin.arch === null || pin.arch === arch) ?? [];
    if (applying.some((pin) => isPinned(pin, table, index))) return null;
    if (onlyPinned) return `source ${table.source} is only for pinned packages`;
    if (applying.length > 0) return `"${name}" is pinned to ${applying.map((pin) => pin.evr).join(' or ')}`;
    return intent.strictPins ? 'only pinned packages may be installed' : null;
  };
}

function isPinned(pin: Pin, table: PackageTable, index: number): boolean {
  if (pin.evr.replace(/^0:/, '') !== evrOf(identityAt(table, index))) return false;
  if (pin.digest === undefined) return true;
  const { checksum } = table.planned(index, 'dependency');
  return pin.digest === `${checksum.algorithm}:${checksum.value}`;
}
