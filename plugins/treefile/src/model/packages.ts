/**
 * Splits one entry of a package list at white space; what stands in single quotes is one request with its blanks
 * (`'podman >= 4.1'`). Returns null when a quote does not end.
 */
export function splitPackages(entry: string): string[] | null {
  const parts = entry.split("'");
  if (parts.length % 2 === 0) return null;
  return parts.flatMap((part, index) => (index % 2 === 1 ? [part] : part.split(/\s+/u).filter((word) => word !== '')));
}
