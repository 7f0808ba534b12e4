/** What the user typed, for others who are told what goes on; without passwords in URLs. */
export function typedLine(): string {
  return ['ostrata', ...process.argv.slice(2)].join(' ').replaceAll(/(:\/\/)[^/@\s]*@/g, '$1');
}
