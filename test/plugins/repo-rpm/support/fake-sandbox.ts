import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin, type Plugin, SANDBOX, type SandboxCommand, type SandboxResult } from '@ostrata/core';

/** A command as the sandbox was given it. */
export interface RecordedRun {
  readonly label: string;
  /** As seen inside. */
  readonly argv: readonly string[];
  /** Text of the script, or null when the interpreter is all there is. */
  readonly script: string | null;
  readonly input: string | null;
  readonly command: SandboxCommand;
}

/** What a run does: writes below `root`, and says how it ended. */
export type Behaviour = (run: RecordedRun, root: string) => Partial<SandboxResult> | undefined;

/** Records commands in place of running them. */
export class FakeSandbox {
  readonly runs: RecordedRun[] = [];
  behaviour: Behaviour = () => undefined;

  readonly plugin: Plugin = definePlugin({
    name: 'fake-sandbox',
    apiVersion: '^0.1.0',
    apply: (host) => {
      host.provide(SANDBOX, () => ({ run: async (command) => this.#run(command) }));
    },
  }) as Plugin;

  /** Labels of all runs but the closing check. */
  get labels(): string[] {
    return this.runs.map(({ label }) => label).filter((label) => label !== 'check');
  }

  #run(command: SandboxCommand): SandboxResult {
    const bind = command.binds?.[0];
    const name = bind === undefined ? undefined : readdirSync(bind.source)[0];
    const inside = command.argv.some((argument) => bind !== undefined && argument.startsWith(bind.target));
    const script = inside && bind && name ? readFileSync(join(bind.source, name), 'utf8') : null;
    const input = command.stdin === undefined ? null : Buffer.from(command.stdin).toString('utf8');
    const run = { label: command.label, argv: command.argv, script, input, command };
    this.runs.push(run);
    const result = this.behaviour(run, command.root.upper ?? command.root.lower);
    return { code: 0, signal: null, tail: [], ...result };
  }
}
