import { Help } from '@oclif/core';

/** Help for all commands but those that do their own talking: they get their words, `--help` with them. */
export default class CommandHelp extends Help {
  override async showHelp(argv: string[]): Promise<void> {
    const [id = ''] = argv;
    const loaded = await this.config.findCommand(id)?.load();
    if (loaded !== undefined && 'talksItself' in loaded) await this.config.runCommand(id, argv.slice(1));
    else await super.showHelp(argv);
  }
}
