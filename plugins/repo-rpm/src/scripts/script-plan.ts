import type { HostError, ImageSpec } from '@ostrata/contract';
import { type Script, scriptOf, type Trigger, triggers } from '../codec/index.ts';
import { rpmError } from '../errors.ts';
import type { PackageContent } from '../packages.ts';
import { isIgnored } from './ignored.ts';
import { expandMacros, imageMacros, MacroError, type MacroScope } from './macros.ts';
import { formatQuery } from './query-format.ts';
import { isBroken, luaReplacement } from './replacements.ts';

/** The kinds of script that are run, as their identifiers end. */
export type RunKind = 'prein' | 'post' | 'posttrans' | 'transfiletriggerin';

/** A script that is ready to run. */
export interface ScriptRun {
  /** `PACKAGE.KIND`. */
  readonly id: string;
  readonly package: string;
  readonly kind: RunKind;
  readonly interpreter: readonly string[];
  /** Empty when the interpreter is all there is. */
  readonly body: string;
  /** `$1`: how many of the package there are afterwards; none for triggers. */
  readonly argument: string | null;
  /** Directories whose files go to the script's input, without the leading slash; null for all but triggers. */
  readonly patterns: readonly string[] | null;
}

/** What the scripts of a tree are planned for. */
export interface ScriptSettings {
  readonly image: ImageSpec;
  readonly arch: string;
  /** Names of packages that replace one of the base: their scripts get `$1` = 2. */
  readonly upgraded: ReadonlySet<string>;
  /** Names of all packages of the tree, which triggers may wait for. */
  readonly present: ReadonlySet<string>;
}

const LUA = '<lua>';
const SKIP_MARK = '-- rpm-ostree-skip';
const SKIP_LINES = 10;
const SHELLS = new Set(['/bin/sh', '/usr/bin/sh', '/bin/bash', '/usr/bin/bash']);

function unsupported(pkg: string, script: string, why: string, hint: string): HostError {
  return rpmError('RPM_SCRIPT_UNSUPPORTED', `The script %${script} of the package ${pkg} cannot be run: ${why}.`, {
    hint,
    data: { package: pkg, script },
  });
}

type Ready = Pick<ScriptRun, 'interpreter' | 'body'>;

/** Plans the scripts of one tree and collects those that cannot be run. */
export class ScriptPlanner {
  readonly problems: HostError[] = [];
  /** Package triggers that would run if this were no image. */
  readonly leftOut: HostError[] = [];
  readonly #settings: ScriptSettings;
  readonly #macros: MacroScope;

  constructor(settings: ScriptSettings) {
    this.#settings = settings;
    this.#macros = imageMacros(settings.arch, settings.image.languages);
  }

  /** The package's script of a kind, or null when it has none that is run. */
  script(content: PackageContent, kind: Exclude<RunKind, 'transfiletriggerin'>): ScriptRun | null {
    const script = scriptOf(content.header, kind === 'prein' ? 'pre' : kind);
    if (!script) return null;
    const { name, release } = content.imported.package;
    const id = `${name}.${kind}`;
    if (isIgnored(id, this.#kernelInstall()) || isBroken(id, release)) return null;
    const ready = this.#ready(content, id, script);
    if (!ready) return null;
    const argument = this.#settings.upgraded.has(name) ? '2' : '1';
    return { id, package: name, kind, ...ready, argument, patterns: null };
  }

  /** The package's triggers on files of the whole transaction. */
  fileTriggers(content: Pick<PackageContent, 'header'> & { readonly name: string }): readonly ScriptRun[] {
    const id = `${content.name}.transfiletriggerin`;
    if (isIgnored(id, this.#kernelInstall())) return [];
    return triggers(content.header).flatMap((trigger): ScriptRun[] => {
      if (trigger.scope !== 'transaction-file' || trigger.event !== 'in') return [];
      const ready = this.#ready(content, id, trigger);
      if (!ready) return [];
      const patterns = trigger.conditions.map(({ name }) => name.replace(/^\/+|\/+$/g, ''));
      return [{ id, package: content.name, kind: 'transfiletriggerin', ...ready, argument: null, patterns }];
    });
  }

  /** Package triggers have no place in a tree that is put together at once; those that would have run are noted. */
  checkTriggers({ header, imported }: PackageContent): void {
    const { name } = imported.package;
    for (const trigger of triggers(header)) {
      const kind = trigger.event === 'prein' ? 'triggerprein' : 'triggerin';
      if (!this.#wouldRun(trigger) || isIgnored(`${name}.${kind}`, this.#kernelInstall())) continue;
      const names = trigger.conditions.map((condition) => condition.name).join(', ');
      const why = `it waits for ${names}, and triggers of packages are not run in images`;
      const hint = 'Set `packageTriggers: skip` in the configuration of repo-rpm when the image does not need it.';
      this.leftOut.push(unsupported(name, kind, why, hint));
    }
  }

  #wouldRun(trigger: Trigger): boolean {
    if (trigger.scope !== 'package' || (trigger.event !== 'prein' && trigger.event !== 'in')) return false;
    return trigger.conditions.some(({ name }) => this.#settings.present.has(name));
  }

  #kernelInstall(): boolean {
    return this.#settings.image.kernel.location === 'kernel-install';
  }

  #ready(content: Pick<PackageContent, 'header'>, id: string, script: Script): Ready | null {
    const [pkg, kind] = [id.slice(0, id.lastIndexOf('.')), id.slice(id.lastIndexOf('.') + 1)];
    if (script.interpreter[0] === LUA) return this.#lua(pkg, kind, id, script);
    if (script.body === '' && SHELLS.has(script.interpreter[0] ?? '')) return null;
    try {
      const expanded = script.expand ? expandMacros(script.body, this.#macros) : script.body;
      const body = script.queryFormat ? formatQuery(content.header, expanded) : expanded;
      return { interpreter: script.interpreter, body };
    } catch (error) {
      if (!(error instanceof MacroError)) throw error;
      const hint = 'Leave the package out, or ask whoever made it not to use macros that are expanded at installation.';
      this.problems.push(unsupported(pkg, kind, error.message, hint));
      return null;
    }
  }

  #lua(pkg: string, kind: string, id: string, { body }: Script): Ready | null {
    if (body.split('\n', SKIP_LINES).some((line) => line.startsWith(SKIP_MARK))) return null;
    const replacement = luaReplacement(id);
    if (replacement) {
      const { interpreter, expand } = replacement;
      return { interpreter, body: expand ? expandMacros(replacement.body, this.#macros) : replacement.body };
    }
    const hint = `Leave the package out, or ask whoever made it for a shell script, or for the line "${SKIP_MARK}" when an image does not need it.`;
    this.problems.push(unsupported(pkg, kind, 'it is written in Lua, which only rpm itself runs', hint));
    return null;
  }
}
