/** Gives names the numbers that an `XmlScanner` made with them uses: 1, 2, … in the order of the list. */
export function numberNames<const Names extends readonly string[]>(
  names: Names,
): { readonly [Name in Names[number]]: number } {
  return Object.fromEntries(names.map((name, index) => [name, index + 1])) as { [Name in Names[number]]: number };
}
