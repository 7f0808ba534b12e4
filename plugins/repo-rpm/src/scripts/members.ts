import {
  compareEvr,
  type Dependency,
  dependencies,
  type Evr,
  fileList,
  type Header,
  nevraOf,
  type PackageFile,
  parseEvr,
  Tag,
  type Trigger,
  triggers,
} from '../codec/index.ts';

/** A package as the order of scripts sees it: one of the base, or one that is being installed. */
export class Member {
  readonly header: Header;
  readonly name: string;
  readonly release: string;
  readonly isNew: boolean;
  readonly triggers: readonly Trigger[];
  /** Prefixes of a relocatable package. */
  readonly prefixes: readonly string[];
  readonly #evr: Evr;
  #directories: readonly string[] | undefined;
  #files: readonly PackageFile[] | undefined;

  constructor(header: Header, isNew: boolean) {
    const nevra = nevraOf(header);
    this.header = header;
    this.name = nevra.name;
    this.release = nevra.release ?? '';
    this.isNew = isNew;
    this.triggers = triggers(header);
    this.prefixes = header.strings(Tag.PREFIXES);
    this.#evr = nevra;
  }

  /** Directories of its files, each with a slash at the end. */
  get directories(): readonly string[] {
    this.#directories ??= this.header.strings(Tag.DIRNAMES);
    return this.#directories;
  }

  /** In the header's order, which is that of the paths. */
  get files(): readonly PackageFile[] {
    this.#files ??= fileList(this.header).files;
    return this.#files;
  }

  /** Whether a trigger that waits for this package's name accepts its version. */
  satisfies(condition: Dependency): boolean {
    if (condition.operator === '') return true;
    const provided = dependencies(this.header, 'provides').filter(({ name }) => name === this.name);
    if (provided.some(({ operator }) => operator === '')) return true;
    const versions = [this.#evr, ...provided.map(({ evr }) => parseEvr(evr))];
    const wanted = parseEvr(condition.evr);
    return versions.some((version) => holds(compareWhatIsSaid(version, wanted), condition.operator));
  }
}

/** A release that one side does not name is not compared (rpm, rpmdsCompare). */
function compareWhatIsSaid(a: Evr, b: Evr): number {
  if (a.release !== undefined && b.release !== undefined) return compareEvr(a, b);
  return compareEvr({ ...a, release: undefined }, { ...b, release: undefined });
}

function holds(order: number, operator: string): boolean {
  if (order === 0) return operator.includes('=');
  return operator.includes(order < 0 ? '<' : '>');
}

/** A trigger with the package that has it. */
export interface OwnedTrigger {
  readonly owner: Member;
  readonly trigger: Trigger;
}

/** The packages that are installed at one moment of a transaction, in the order of their database numbers. */
export class Present {
  readonly members: Member[] = [];
  readonly #counts = new Map<string, number>();
  readonly #waiting = new Map<string, Member[]>();
  readonly #fileTriggers: OwnedTrigger[] = [];

  add(member: Member): void {
    this.members.push(member);
    this.#counts.set(member.name, this.count(member.name) + 1);
    for (const trigger of member.triggers) {
      if (trigger.scope !== 'package') this.#fileTriggers.push({ owner: member, trigger });
      else for (const { name } of trigger.conditions) this.#wait(name, member);
    }
  }

  /** How many packages of a name there are. */
  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  named(name: string): readonly Member[] {
    return this.members.filter((member) => member.name === name);
  }

  /** Packages with a trigger that waits for a package, each once for each condition that names it, as rpm's index has them. */
  waitingFor(name: string): readonly Member[] {
    return this.#waiting.get(name) ?? [];
  }

  /** Triggers on files, in the order of their packages. */
  fileTriggers(scope: Trigger['scope']): readonly OwnedTrigger[] {
    return this.#fileTriggers.filter(({ trigger }) => trigger.scope === scope);
  }

  #wait(name: string, member: Member): void {
    const waiting = this.#waiting.get(name);
    if (waiting) waiting.push(member);
    else this.#waiting.set(name, [member]);
  }
}
