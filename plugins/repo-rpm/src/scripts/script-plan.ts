import type { HostError, ImageSpec } from '@ostrata/contract';
import { type Header, type Script, scriptOf, type Trigger } from '../codec/index.ts';
import { rpmError } from '../errors.ts';
import { expandMacros, imageMacros, MacroError, type MacroScope } from './macros.ts';
import type { Member } from './members.ts';
import { formatQuery } from './query-format.ts';
import { isIgnored, luaReplacement, ruleFor, type ScriptPolicy } from './script-rules.ts';

/** The kinds of script that are run, as their identifiers end. */
export type RunKind =
  | 'triggerprein'
  | 'prein'
  | 'filetriggerin'
  | 'post'
  | 'triggerin'
  | 'posttrans'
  | 'transfiletriggerin';

/** A script that is ready to run. */
export interface ScriptRun {
  /** `PACKAGE.KIND`. */
  readonly id: string;
  readonly package: string;
  readonly kind: RunKind;
  /** `<lua>` for the embedded interpreter. */
  readonly interpreter: readonly string[];
  /** Empty when the interpreter is all there is. */
  readonly body: string;
  /** `$1` and `$2`: how many of the package there are afterwards, and for triggers how many of the one that fires it. */
  readonly arguments: readonly number[];
  /** Where a relocatable package is installed: its own prefixes. */
  readonly prefixes: readonly string[];
  /** Whether a failure is only a warning. */
  readonly lenient: boolean;
}

/** What the scripts of a tree are planned for. */
export interface ScriptSettings {
  readonly image: ImageSpec;
  readonly arch: string;
  readonly policy: ScriptPolicy;
}

/** rpm's name for its built-in interpreter. */
export const LUA = '<lua>';
const SKIP_MARK = '-- rpm-ostree-skip';
const SKIP_LINES = 10;
const SHELLS = new Set(['/bin/sh', '/usr/bin/sh', '/bin/bash', '/usr/bin/bash']);

type Ready = Pick<ScriptRun, 'interpreter' | 'body' | 'lenient'>;

/** Makes the scripts of packages ready to run and collects those that cannot be run. */
export class ScriptPlanner {
  readonly problems: HostError[] = [];
  readonly #settings: ScriptSettings;
  readonly #macros: MacroScope;
  /** A trigger may fire often. */
  readonly #triggers = new Map<Trigger, Ready | null>();

  constructor(settings: ScriptSettings) {
    this.#settings = settings;
    this.#macros = imageMacros(settings.arch, settings.image.languages);
  }

  /** The package's script of a kind, or null when it has none that is run. */
  script(member: Member, kind: 'prein' | 'post' | 'posttrans', args: readonly number[]): ScriptRun | null {
    const script = scriptOf(member.header, kind === 'prein' ? 'pre' : kind);
    return script ? run(member, kind, this.#ready(member, kind, script), args) : null;
  }

  /** A trigger that fires, or null when it is not run. */
  trigger(member: Member, trigger: Trigger, kind: RunKind, args: readonly number[]): ScriptRun | null {
    let ready = this.#triggers.get(trigger);
    if (ready === undefined) {
      ready = this.#ready(member, kind, trigger);
      this.#triggers.set(trigger, ready);
    }
    return run(member, kind, ready, args);
  }

  #ready(member: Member, kind: RunKind, script: Script): Ready | null {
    const { name, release } = member;
    const id = `${name}.${kind}`;
    const rule = ruleFor(this.#settings.policy, name, kind);
    if (rule === 'skip') return null;
    const kernelInstall = this.#settings.image.kernel.location === 'kernel-install';
    if (rule !== 'run' && isIgnored(id, release, kernelInstall)) return null;
    if (rule === 'fail') {
      const hint = 'Leave the package out, or change the rule in `scripts` of the configuration of repo-rpm.';
      this.problems.push(unsupported(name, kind, 'the configuration forbids it', hint));
      return null;
    }
    const lenient = rule === 'warn';
    if (script.interpreter[0] === LUA) {
      if (rule !== 'run' && isMarked(script.body)) return null;
      const replacement = rule === 'run' ? undefined : luaReplacement(id);
      if (replacement) {
        const { interpreter, body, expand = false } = replacement;
        return { interpreter, body: expand ? expandMacros(body, this.#macros) : body, lenient };
      }
    }
    if (script.body === '' && (SHELLS.has(script.interpreter[0] ?? '') || script.interpreter[0] === LUA)) return null;
    const body = this.#expanded(member, kind, script);
    return body === null ? null : { interpreter: script.interpreter, body, lenient };
  }

  /** Macros first, then the query format, as rpm does it (lib/rpmscript.c, rpmScriptNew). */
  #expanded({ header, name }: { header: Header; name: string }, kind: RunKind, script: Script): string | null {
    try {
      const expanded = script.expand ? expandMacros(script.body, this.#macros) : script.body;
      return script.queryFormat ? formatQuery(header, expanded) : expanded;
    } catch (error) {
      if (!(error instanceof MacroError)) throw error;
      const hint = 'Leave the package out, or ask whoever made it not to use macros that are expanded at installation.';
      this.problems.push(unsupported(name, kind, error.message, hint));
      return null;
    }
  }
}

function run(
  { name, prefixes }: Member,
  kind: RunKind,
  ready: Ready | null,
  args: readonly number[],
): ScriptRun | null {
  return ready && { id: `${name}.${kind}`, package: name, kind, prefixes, ...ready, arguments: args };
}

/** Whether a script in Lua says itself that an image does not need it. */
function isMarked(body: string): boolean {
  return body.split('\n', SKIP_LINES).some((line) => line.startsWith(SKIP_MARK));
}

function unsupported(pkg: string, script: string, why: string, hint: string): HostError {
  return rpmError('RPM_SCRIPT_UNSUPPORTED', `The script %${script} of the package ${pkg} cannot be run: ${why}.`, {
    hint,
    data: { package: pkg, script },
  });
}
