import { Command, Flags, type Interfaces } from '@oclif/core';
import { type Host, isHostError, type ProgressEvent } from '@ostrata/core';
import type { HostFlags } from './host/environment.ts';
import { openHost } from './host/open-host.ts';
import { failureData, renderFailure } from './render/failure.ts';
import { openProgress } from './render/open-progress.ts';
import type { ProgressSink } from './render/progress.ts';
import { type Style, styleFor } from './render/style.ts';
import { cancellation } from './signals.ts';

/** Flags that every command has. */
export const commonFlags = {
  config: Flags.string({
    summary: 'Read only this configuration file (may be repeated)',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'GLOBAL',
  }),
  json: Flags.boolean({ summary: 'Print the result as JSON; errors too', helpGroup: 'GLOBAL' }),
  'progress-fd': Flags.integer({
    summary: 'Write progress as JSON lines to this file descriptor',
    helpGroup: 'GLOBAL',
  }),
  quiet: Flags.boolean({ char: 'q', summary: 'Show no progress', helpGroup: 'GLOBAL' }),
  verbose: Flags.boolean({
    char: 'v',
    summary: 'Show what programs and scripts print, and details',
    helpGroup: 'GLOBAL',
  }),
};

export type CommonFlags = Interfaces.InferredFlags<typeof commonFlags>;

/** What a command works with. */
export interface Session {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ProgressEvent) => void;
}

/** A verb: turns argv into a request and an outcome into text or JSON. Errors come out one way, with their exit code. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = false;
  protected json = false;
  protected style: Style = styleFor(process.stdout);

  /** Opens the configured host, shows progress while `work` runs, and closes both. */
  protected async session<T>(flags: CommonFlags & HostFlags, work: (session: Session) => Promise<T>): Promise<T> {
    const cancel = cancellation();
    const progress: ProgressSink = openProgress(flags);
    try {
      const host = await openHost(flags.config ?? [], flags);
      return await work({ host, signal: cancel.signal, onEvent: (event) => progress.event(event) });
    } finally {
      progress.close();
      cancel.close();
    }
  }

  /** Prints the result: JSON with `--json`, text otherwise. */
  protected result(data: unknown, text: string): void {
    process.stdout.write(this.json ? `${JSON.stringify(data, null, 2)}\n` : text);
  }

  protected override async catch(error: Error & { exitCode?: number; oclif?: { exit?: number } }): Promise<void> {
    if (!isHostError(error) && error.oclif !== undefined) throw error;
    if (this.json) process.stdout.write(`${JSON.stringify({ error: failureData(error) }, null, 2)}\n`);
    else process.stderr.write(renderFailure(error, styleFor(process.stderr)));
    process.exitCode = isHostError(error) && error.code === 'CANCELLED' ? 130 : 1;
  }
}
