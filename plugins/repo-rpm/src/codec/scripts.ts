import { type Dependency, readDependencies, Sense } from './dependencies.ts';
import { RpmFormatError } from './errors.ts';
import type { Header } from './header.ts';
import { Tag, tagName } from './tags.ts';

/** Bits of a script's flags (rpm, lib/rpmscript.hh). */
export const ScriptFlag = { EXPAND: 1 << 0, QFORMAT: 1 << 1, CRITICAL: 1 << 2 } as const;

/** A program of a package. */
export interface Script {
  /** Interpreter and its arguments; `<lua>` for rpm's built-in interpreter. */
  readonly interpreter: readonly string[];
  /** Empty when the interpreter is all there is (`%post -p /sbin/ldconfig`). */
  readonly body: string;
  /** Macros are to be expanded in the body before it runs. */
  readonly expand: boolean;
  /** The body is a query format over the package's header. */
  readonly queryFormat: boolean;
  /** A failure fails the transaction. */
  readonly critical: boolean;
}

const SCRIPT_TAGS = {
  pretrans: [Tag.PRETRANS, Tag.PRETRANSPROG, Tag.PRETRANSFLAGS],
  pre: [Tag.PREIN, Tag.PREINPROG, Tag.PREINFLAGS],
  post: [Tag.POSTIN, Tag.POSTINPROG, Tag.POSTINFLAGS],
  preun: [Tag.PREUN, Tag.PREUNPROG, Tag.PREUNFLAGS],
  postun: [Tag.POSTUN, Tag.POSTUNPROG, Tag.POSTUNFLAGS],
  posttrans: [Tag.POSTTRANS, Tag.POSTTRANSPROG, Tag.POSTTRANSFLAGS],
  preuntrans: [Tag.PREUNTRANS, Tag.PREUNTRANSPROG, Tag.PREUNTRANSFLAGS],
  postuntrans: [Tag.POSTUNTRANS, Tag.POSTUNTRANSPROG, Tag.POSTUNTRANSFLAGS],
  verify: [Tag.VERIFYSCRIPT, Tag.VERIFYSCRIPTPROG, Tag.VERIFYSCRIPTFLAGS],
} as const;

export type ScriptKind = keyof typeof SCRIPT_TAGS;

const DEFAULT_INTERPRETER = '/bin/sh';

function makeScript(interpreter: readonly string[], body: string, flags: number): Script {
  return {
    interpreter: interpreter.length > 0 ? interpreter : [DEFAULT_INTERPRETER],
    body,
    expand: (flags & ScriptFlag.EXPAND) !== 0,
    queryFormat: (flags & ScriptFlag.QFORMAT) !== 0,
    critical: (flags & ScriptFlag.CRITICAL) !== 0,
  };
}

/** The package's script of a kind, or undefined. */
export function scriptOf(header: Header, kind: ScriptKind): Script | undefined {
  const [bodyTag, programTag, flagsTag] = SCRIPT_TAGS[kind];
  if (!header.has(bodyTag) && !header.has(programTag)) return undefined;
  return makeScript(header.strings(programTag), header.string(bodyTag) ?? '', header.number(flagsTag) ?? 0);
}

/** All scripts of a package by kind. */
export function scripts(header: Header): Partial<Record<ScriptKind, Script>> {
  const found: Partial<Record<ScriptKind, Script>> = {};
  for (const kind of Object.keys(SCRIPT_TAGS) as ScriptKind[]) {
    const script = scriptOf(header, kind);
    if (script) found[kind] = script;
  }
  return found;
}

/** What a trigger waits for: packages, files as each package is processed, or files once the transaction is done. */
export type TriggerScope = 'package' | 'file' | 'transaction-file';
export type TriggerEvent = 'prein' | 'in' | 'un' | 'postun';

/** A script that other packages set off. */
export interface Trigger extends Script {
  readonly scope: TriggerScope;
  readonly event: TriggerEvent;
  /** Packages with versions, or path prefixes in `name` for the file scopes. */
  readonly conditions: readonly Dependency[];
  /** Higher runs earlier; 0 for package triggers. */
  readonly priority: number;
}

interface TriggerTags {
  readonly scripts: number;
  readonly programs: number;
  readonly flags: number;
  readonly conditions: readonly [number, number, number];
  readonly index: number;
  readonly priorities?: number;
}

const TRIGGER_TAGS: Record<TriggerScope, TriggerTags> = {
  package: {
    scripts: Tag.TRIGGERSCRIPTS,
    programs: Tag.TRIGGERSCRIPTPROG,
    flags: Tag.TRIGGERSCRIPTFLAGS,
    conditions: [Tag.TRIGGERNAME, Tag.TRIGGERFLAGS, Tag.TRIGGERVERSION],
    index: Tag.TRIGGERINDEX,
  },
  file: {
    scripts: Tag.FILETRIGGERSCRIPTS,
    programs: Tag.FILETRIGGERSCRIPTPROG,
    flags: Tag.FILETRIGGERSCRIPTFLAGS,
    conditions: [Tag.FILETRIGGERNAME, Tag.FILETRIGGERFLAGS, Tag.FILETRIGGERVERSION],
    index: Tag.FILETRIGGERINDEX,
    priorities: Tag.FILETRIGGERPRIORITIES,
  },
  'transaction-file': {
    scripts: Tag.TRANSFILETRIGGERSCRIPTS,
    programs: Tag.TRANSFILETRIGGERSCRIPTPROG,
    flags: Tag.TRANSFILETRIGGERSCRIPTFLAGS,
    conditions: [Tag.TRANSFILETRIGGERNAME, Tag.TRANSFILETRIGGERFLAGS, Tag.TRANSFILETRIGGERVERSION],
    index: Tag.TRANSFILETRIGGERINDEX,
    priorities: Tag.TRANSFILETRIGGERPRIORITIES,
  },
};

const DEFAULT_PRIORITY = 1000000;

function eventOf(flags: number): TriggerEvent {
  if (flags & Sense.TRIGGERPREIN) return 'prein';
  if (flags & Sense.TRIGGERIN) return 'in';
  if (flags & Sense.TRIGGERUN) return 'un';
  return 'postun';
}

function triggersOf(header: Header, scope: TriggerScope): Trigger[] {
  const tags = TRIGGER_TAGS[scope];
  const bodies = header.strings(tags.scripts);
  const programs = header.strings(tags.programs);
  const flags = header.numbers(tags.flags);
  const priorities = tags.priorities === undefined ? [] : header.numbers(tags.priorities);
  const conditions = readDependencies(header, tags.conditions);
  const index = header.numbers(tags.index);
  const found: Trigger[] = [];
  conditions.forEach((condition, i) => {
    const at = index[i];
    if (at === undefined || at >= Math.max(bodies.length, programs.length)) {
      throw new RpmFormatError(
        'RPM_TAG_INVALID',
        `${tagName(tags.index)} points to a script that the header does not have`,
        {
          tag: tags.index,
          condition: i,
        },
      );
    }
    const known = found[at];
    if (known) {
      found[at] = { ...known, conditions: [...known.conditions, condition] };
      return;
    }
    const program = programs[at];
    found[at] = {
      ...makeScript(program ? [program] : [], bodies[at] ?? '', flags[at] ?? 0),
      scope,
      event: eventOf(condition.flags),
      conditions: [condition],
      priority: scope === 'package' ? 0 : (priorities[at] ?? DEFAULT_PRIORITY),
    };
  });
  return found.filter((trigger) => trigger !== undefined);
}

/**
 * All triggers of a package: package triggers, then file triggers, then transaction file triggers, each in the header's order.
 * @throws RpmFormatError RPM_TAG_INVALID when a condition has no script.
 */
export function triggers(header: Header): Trigger[] {
  return (Object.keys(TRIGGER_TAGS) as TriggerScope[]).flatMap((scope) => triggersOf(header, scope));
}
