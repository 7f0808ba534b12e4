import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { BaseCommand, commonFlags } from '../../base-command.ts';
import { composeFiles } from '../../compose/files.ts';
import { composeRequest } from '../../compose/request.ts';
import { composeSummary } from '../../compose/summary.ts';
import { typedLine } from '../../host/typed-line.ts';
import { renderOutcome } from '../../render/outcome.ts';
import { inTurn } from '../../turn.ts';

export default class ComposeTree extends BaseCommand {
  static override summary = 'Compose an OSTree commit from a treefile and package repositories';
  static override examples = [
    '<%= config.bin %> compose tree --repo /srv/repo manifest.yaml',
    '<%= config.bin %> compose tree --repo /srv/repo --cachedir cache --touch-if-changed changed.stamp manifest.yaml',
    '<%= config.bin %> compose tree --print-only manifest.yaml',
  ];
  static override args = { treefile: Args.file({ description: 'YAML or JSON treefile', required: true }) };
  static override flags = {
    ...commonFlags,
    repo: Flags.string({
      char: 'r',
      summary: 'OSTree repository that gets the commit; made when absent (mode archive)',
    }),
    cachedir: Flags.string({ summary: 'Directory for metadata, packages and imported objects' }),
    workdir: Flags.string({ summary: 'Used as --cachedir where that is not given' }),
    'unified-core': Flags.boolean({
      aliases: ['ex-unified-core'],
      summary: 'Accepted for compatibility; every compose works this way',
    }),
    'workdir-tmpfs': Flags.boolean({ hidden: true, summary: 'Accepted for compatibility; does nothing' }),
    proxy: Flags.string({
      summary: 'Proxy for http and https, instead of the one of the environment',
      helpValue: 'URL',
    }),
    'disable-selinux': Flags.boolean({ summary: 'Label no files, whatever the treefile says' }),
    'cache-only': Flags.boolean({ char: 'C', summary: 'Use what is in the cache and open no connection' }),
    'dry-run': Flags.boolean({ summary: 'Resolve packages, print the transaction and stop' }),
    'download-only': Flags.boolean({ summary: 'Resolve, download and import packages, then stop' }),
    'download-only-rpms': Flags.boolean({ summary: 'Resolve and download packages, then stop' }),
    'print-only': Flags.boolean({ summary: 'Print the flattened treefile and stop' }),
    'force-nocache': Flags.boolean({ summary: 'Make a commit even when nothing changed' }),
    'touch-if-changed': Flags.string({
      summary: 'Update the time stamp of this file when a commit was made',
      helpValue: 'FILE',
    }),
    'previous-commit': Flags.string({
      summary: 'Commit to look for changes against (default: what the ref names)',
      helpValue: 'REV',
    }),
    'previous-inputhash': Flags.string({
      summary: 'Input hash to look for changes against (default: the one that the previous commit has)',
      helpValue: 'DIGEST',
    }),
    'previous-version': Flags.string({
      summary: 'Version that automatic-version-prefix counts on from (default: the one of the parent)',
      helpValue: 'VERSION',
    }),
    'write-lockfile-to': Flags.string({
      aliases: ['ex-write-lockfile-to'],
      summary: 'Write the packages chosen as a lockfile',
      helpValue: 'FILE',
    }),
    lockfile: Flags.string({
      aliases: ['ex-lockfile'],
      summary: 'Hold packages at the builds of this lockfile (may be repeated)',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FILE',
    }),
    'lockfile-strict': Flags.boolean({
      aliases: ['ex-lockfile-strict'],
      summary: 'Install nothing that the lockfiles do not name',
    }),
    'add-metadata-string': Flags.string({
      summary: 'Add metadata to the commit (may be repeated)',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'KEY=VALUE',
    }),
    'add-metadata-from-json': Flags.string({
      summary: 'Add the metadata of this file, a JSON object, to the commit',
      helpValue: 'FILE',
    }),
    'write-commitid-to': Flags.string({ summary: 'Write the checksum to this file and set no ref', helpValue: 'FILE' }),
    'write-composejson-to': Flags.string({ summary: 'Write facts about the compose as JSON', helpValue: 'FILE' }),
    'write-plan-to': Flags.string({
      summary: 'Write the Plan, to be run later with "ostrata apply"',
      helpValue: 'FILE',
    }),
    'no-parent': Flags.boolean({ summary: 'Make a commit without a parent', exclusive: ['parent'] }),
    parent: Flags.string({ summary: 'Parent of the commit (default: what the ref names)', helpValue: 'REV' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ComposeTree);
    this.json = flags.json;
    const treefile = resolve(args.treefile);
    const cachedir = flags.cachedir ?? flags.workdir;
    const outcome = await this.session({ ...flags, cachedir }, async ({ host, signal, onEvent }) => {
      const request = composeRequest(treefile, flags, host.environment);
      const options = { signal, onEvent, commandLine: typedLine() };
      const made = await inTurn({ wait: flags.wait, signal, onEvent }, () => host.run(request, options));
      await composeFiles(made, flags);
      return made;
    });
    if (flags['print-only'])
      this.result(composeSummary.flattened(outcome), `${JSON.stringify(composeSummary.flattened(outcome), null, 2)}\n`);
    else this.result(composeSummary.json(outcome), renderOutcome(outcome, this.style));
  }
}
