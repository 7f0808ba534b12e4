import type { Package } from './repository.ts';

/** `a{b,c}` is `ab` and `ac` to a shell. */
export function braces(pattern: string): string[] {
  const [, head, choices, tail] = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern) ?? [];
  return choices === undefined ? [pattern] : choices.split(',').flatMap((choice) => braces(`${head}${choice}${tail}`));
}

/** Rows of a step's table below its head. */
export function pairs(table: readonly (readonly string[])[]): [string, string][] {
  return table.slice(1).map(([key = '', value = '']) => [key, value]);
}

/** Members of a list as dnf's settings have it. */
export function listed(list: string | undefined): string[] {
  return (list ?? '').split(/[\s,]+/).filter((word) => word !== '');
}

/** Steps are format strings: doubled braces stand for one. */
export function unbraced(text: string): string {
  return text.replaceAll('{{', '{').replaceAll('}}', '}').replaceAll('\\"', '"');
}

/** The repository that a path of the features leads to. */
export function fixtureOf(path: string): string | null {
  return (
    /(?:repos_location\}|fixturesdir\}\/repos)\/([^/]+)\/?$/.exec(path)?.[1] ??
    /dnf\.repos\[([^\]]+)\]\.path/.exec(path)?.[1] ??
    null
  );
}

/** A spec that only this package fits. */
export function exactly({ name, evr, arch }: Package): string {
  return `${name}-${evr}.${arch}`;
}
