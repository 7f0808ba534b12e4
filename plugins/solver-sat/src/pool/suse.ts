import { type NamespaceMaker, suseConflict, suseProvide, suseSupplement } from '@ostrata/package-spec';
import { NAMESPACE } from './namespace.ts';
import { AND, ELSE, IF, OR, type RelationTable, UNLESS } from './relations.ts';
import { richDependencyMaker } from './rich-dependency.ts';
import type { StringTable } from './strings.ts';

/** Reads what dependencies of SUSE's packages say in their names; every method takes an id and gives the one that counts. */
export class SuseDependencies {
  readonly #strings: StringTable;
  readonly #relations: RelationTable;
  readonly #maker: NamespaceMaker<number>;
  readonly #supplements = new Map<number, number>();

  constructor(strings: StringTable, relations: RelationTable) {
    this.#strings = strings;
    this.#relations = relations;
    this.#maker = {
      ...richDependencyMaker(strings, relations),
      namespace: (kind, value) => relations.intern(strings.intern(`namespace:${kind}`), NAMESPACE, value),
    };
  }

  supplement(dep: number): number {
    let read = this.#supplements.get(dep);
    if (read === undefined) {
      read = this.#readSupplement(dep);
      this.#supplements.set(dep, read);
    }
    return read;
  }

  conflict(dep: number): number {
    return dep < 0 ? dep : (suseConflict(this.#strings.text(dep), this.#maker) ?? dep);
  }

  /** What a provide makes the package a supplement to; 0 for nothing. */
  supplementOfProvide(dep: number): number {
    return dep < 0 ? 0 : (suseProvide(this.#strings.text(dep), this.#maker) ?? 0);
  }

  #readSupplement(dep: number): number {
    if (dep >= 0) return suseSupplement(this.#strings.text(dep), this.#maker) ?? dep;
    const operator = this.#relations.operator(dep);
    if (![AND, OR, IF, UNLESS, ELSE].includes(operator)) return dep;
    const [left, right] = [this.#relations.left(dep), this.#relations.right(dep)];
    return this.#relations.intern(this.supplement(left), operator, this.supplement(right));
  }
}
