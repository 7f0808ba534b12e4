import { evrOf, type PackageIdentity } from '@ostrata/contract';

/** Letters, digits, `.` and `-` stay, `_` is doubled, other bytes become `_HH` (rpm-ostree, 4.2 of its on-disk semantics). */
export function quoteRefPart(text: string): string {
  let quoted = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9.-]/.test(character)) quoted += character;
    else if (character === '_') quoted += '__';
    else quoted += `_${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return quoted;
}

/** The ref under which a package is kept in the store: `rpmostree/pkg/NAME/EVR.ARCH`. */
export function packageRef(pkg: PackageIdentity): string {
  return `rpmostree/pkg/${quoteRefPart(pkg.name)}/${quoteRefPart(evrOf(pkg))}.${quoteRefPart(pkg.arch)}`;
}
