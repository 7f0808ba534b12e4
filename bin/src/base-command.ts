import { Command, Flags } from '@oclif/core';
import { isHostError } from '@ostrata/core';
import { COMMON_FLAGS, type CommonFlags } from './common-flags.ts';
import type { HostFlags } from './host/environment.ts';
import { type Style, styleFor } from './render/style.ts';
import { printResult, reportFailure } from './result.ts';
import { type Session, withSession } from './session.ts';

const common = <Name extends keyof typeof COMMON_FLAGS>(name: Name) => ({
  summary: COMMON_FLAGS[name].summary,
  helpGroup: 'GLOBAL',
});

/** Flags that every command has, as oclif takes them. */
export const commonFlags = {
  config: Flags.string({ ...common('config'), multiple: true, multipleNonGreedy: true }),
  json: Flags.boolean(common('json')),
  'progress-fd': Flags.integer(common('progress-fd')),
  quiet: Flags.boolean({ ...common('quiet'), char: COMMON_FLAGS.quiet.char }),
  verbose: Flags.boolean({ ...common('verbose'), char: COMMON_FLAGS.verbose.char }),
  wait: Flags.integer({ ...common('wait'), min: 0 }),
};

/** A verb: turns argv into a request and an outcome into text or JSON. Errors come out one way, with their exit code. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = false;
  protected json = false;
  protected style: Style = styleFor(process.stdout);

  protected session<T>(flags: CommonFlags & HostFlags, work: (session: Session) => Promise<T>): Promise<T> {
    return withSession(flags, work);
  }

  /** Prints the result: JSON with `--json`, text otherwise. */
  protected result(data: unknown, text: string): void {
    printResult(this.json, data, text);
  }

  protected override async catch(error: Error & { exitCode?: number; oclif?: { exit?: number } }): Promise<void> {
    if (!isHostError(error) && error.oclif !== undefined) throw error;
    await reportFailure(this.json, error);
  }
}
