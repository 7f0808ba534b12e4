import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { HostError, type Plan } from '@ostrata/core';
import { BaseCommand, commonFlags } from '../base-command.ts';
import { composeFiles } from '../compose/files.ts';
import { composeSummary } from '../compose/summary.ts';
import type { Code } from '../errors.ts';
import { typedLine } from '../host/typed-line.ts';
import { renderOutcome } from '../render/outcome.ts';
import { inTurn } from '../turn.ts';

export default class Apply extends BaseCommand {
  static override summary = 'Run a Plan that was written to a file: the same Plan gives the same commit';
  static override examples = [
    '<%= config.bin %> apply plan.json',
    '<%= config.bin %> apply --repo /srv/repo --cachedir cache plan-of-another-machine.json',
  ];
  static override args = { plan: Args.file({ description: 'Plan written by --write-plan-to', required: true }) };
  static override flags = {
    ...commonFlags,
    repo: Flags.string({ char: 'r', summary: "OSTree repository that gets the commit (default: the Plan's)" }),
    cachedir: Flags.string({
      summary: "Directory for metadata, packages and imported objects (default for the last: the Plan's)",
    }),
    'write-commitid-to': Flags.string({ summary: 'Write the checksum to this file', helpValue: 'FILE' }),
    'write-composejson-to': Flags.string({ summary: 'Write facts about the compose as JSON', helpValue: 'FILE' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Apply);
    this.json = flags.json;
    const read = readPlan(args.plan);
    const outcome = await this.session(flags, async ({ host, signal, onEvent }) => {
      const work = flags.cachedir === undefined ? {} : { work: join(host.environment.cacheDir, 'work-repo') };
      const target = flags.repo === undefined ? {} : { target: resolve(flags.repo) };
      // A Plan that lacks its stores is left to be refused.
      const plan = read?.store ? { ...read, store: { ...read.store, ...work, ...target } } : read;
      const options = { signal, onEvent, commandLine: typedLine() };
      const made = await inTurn({ wait: flags.wait, signal, onEvent }, () => host.run({ plan }, options));
      await composeFiles(made, flags);
      return made;
    });
    this.result(composeSummary.json(outcome), renderOutcome(outcome, this.style));
  }
}

function readPlan(path: string): Plan {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Plan;
  } catch (cause) {
    throw new HostError<Code>('USAGE', `The Plan ${path} cannot be read: ${(cause as Error).message}`, {
      cause,
      data: { path },
      hint: 'Write one with "ostrata compose tree --dry-run --write-plan-to FILE TREEFILE".',
    });
  }
}
