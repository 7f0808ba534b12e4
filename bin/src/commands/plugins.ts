import { BaseCommand, commonFlags } from '../base-command.ts';
import { openHost } from '../host/open-host.ts';
import { renderPlugins } from '../render/plugins.ts';

export default class Plugins extends BaseCommand {
  static override summary = 'List the loaded plugins: where from, what each provides and takes part in, in which order';
  static override flags = { ...commonFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(Plugins);
    this.json = flags.json;
    const host = await openHost(flags.config ?? []);
    const inspection = host.inspect();
    this.result(inspection, renderPlugins(inspection, this.style));
  }
}
