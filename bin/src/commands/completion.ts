import { Args } from '@oclif/core';
import { BaseCommand, commonFlags } from '../base-command.ts';
import { completionScript, type Shell } from '../completion/script.ts';

export default class Completion extends BaseCommand {
  static override summary = 'Print a completion script for a shell';
  static override examples = [
    'source <(<%= config.bin %> completion bash)',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/ostrata.fish',
  ];
  static override args = {
    shell: Args.string({ description: 'bash, zsh or fish', required: true, options: ['bash', 'zsh', 'fish'] }),
  };
  static override flags = { ...commonFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Completion);
    this.json = flags.json;
    const commands = this.config.commands
      .filter((command) => !command.hidden)
      .map((command) => ({
        words: command.id.split(':'),
        summary: command.summary ?? '',
        flags: Object.values(command.flags)
          .filter((flag) => !flag.hidden)
          .map((flag) => ({ name: flag.name, summary: flag.summary ?? '', takesValue: flag.type === 'option' })),
      }));
    const script = completionScript(args.shell as Shell, commands);
    this.result({ shell: args.shell, script }, script);
  }
}
