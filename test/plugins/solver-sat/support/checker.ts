import { compare, type TestPackage } from './tables.ts';

/**
 * Judges a set of packages by the meaning of their dependencies alone. Shares nothing with the solver: rich dependencies are evaluated
 * as conditions over the set. For packages of one architecture and simple conflicts.
 */
export class Checker {
  readonly #set: readonly TestPackage[];

  constructor(set: readonly TestPackage[]) {
    this.#set = set;
  }

  /** What is wrong with the set, or null. */
  fault(): string | null {
    for (const pkg of this.#set) {
      const { requires = [], conflicts = [], obsoletes = [] } = pkg.relations ?? {};
      for (const text of requires) if (!this.#holds(text)) return `${pkg.nevra} requires ${text}`;
      for (const other of this.#set) {
        if (other === pkg) continue;
        if (nameOf(other) === nameOf(pkg)) return `${pkg.nevra} and ${other.nevra}`;
        for (const text of conflicts) if (fits(other, text)) return `${pkg.nevra} conflicts with ${other.nevra}`;
        for (const text of obsoletes) if (isNamed(other, text)) return `${pkg.nevra} obsoletes ${other.nevra}`;
      }
    }
    return null;
  }

  #holds(text: string): boolean {
    const parts = split(text);
    if (parts === null) return this.#set.some((pkg) => fits(pkg, text));
    const [left, operator, right, otherwise] = parts;
    const holds = (part: string) => this.#holds(part);
    switch (operator) {
      case 'and':
        return holds(left) && holds(right);
      case 'or':
        return holds(left) || holds(right);
      case 'if':
        return holds(right) ? holds(left) : otherwise === undefined || holds(otherwise);
      case 'unless':
        return holds(right) ? otherwise !== undefined && holds(otherwise) : holds(left);
      default:
        return this.#set.some((pkg) => fits(pkg, text));
    }
  }
}

/** Whether one package alone fulfils a dependency. */
function fits(pkg: TestPackage, text: string): boolean {
  const parts = split(text);
  if (parts !== null) {
    const [left, operator, right] = parts;
    if (operator === 'with') return fits(pkg, left) && fits(pkg, right);
    if (operator === 'without') return fits(pkg, left) && !fits(pkg, right);
    if (operator === 'or') return fits(pkg, left) || fits(pkg, right);
    return false;
  }
  const [name, sign, evr] = text.split(' ');
  const provides = [...(pkg.relations?.provides ?? []), `${nameOf(pkg)} = ${evrOf(pkg)}`];
  return provides.some((provide) => {
    const [provided, , version] = provide.split(' ');
    return provided === name && (sign === undefined || version === undefined || inRange(version, sign, evr!));
  });
}

function isNamed(pkg: TestPackage, text: string): boolean {
  const [name, sign, evr] = text.split(' ');
  return nameOf(pkg) === name && (sign === undefined || inRange(evrOf(pkg), sign, evr!));
}

/** Releases count only where both sides have one. */
function inRange(version: string, sign: string, wanted: string): boolean {
  const both = version.includes('-') && wanted.includes('-');
  const order = both ? compare(version, wanted) : compare(version.split('-')[0]!, wanted.split('-')[0]!);
  return (order < 0 && sign.includes('<')) || (order === 0 && sign.includes('=')) || (order > 0 && sign.includes('>'));
}

/** `(a op b)` or `(a op b else c)` in parts; null for a simple dependency. */
function split(text: string): [string, string, string, string | undefined] | null {
  if (!text.startsWith('(')) return null;
  const parts: string[] = [''];
  let depth = 0;
  for (const word of text.slice(1, -1).split(' ')) {
    const operator = depth === 0 && /^(and|or|if|unless|with|without|else)$/.test(word);
    depth += word.split('(').length - word.split(')').length;
    if (operator) parts.push(word, '');
    else parts[parts.length - 1] += `${parts[parts.length - 1] === '' ? '' : ' '}${word}`;
  }
  const [left, operator, right, , otherwise] = parts;
  return [left!, operator!, right!, otherwise];
}

export function nameOf(pkg: TestPackage): string {
  return pkg.nevra.slice(0, pkg.nevra.indexOf('-'));
}

function evrOf(pkg: TestPackage): string {
  return pkg.nevra.slice(pkg.nevra.indexOf('-') + 1, pkg.nevra.lastIndexOf('.'));
}
