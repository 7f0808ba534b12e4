import { Args } from '@oclif/core';
import { BaseCommand, commonFlags } from '../../base-command.ts';
import { loadSettings } from '../../config/load.ts';
import { table } from '../../render/units.ts';

export default class ConfigExplain extends BaseCommand {
  static override summary = 'Show every configured value and the file it came from';
  static override examples = [
    '<%= config.bin %> config explain',
    '<%= config.bin %> config explain plugins.fetch-http',
  ];
  static override args = { path: Args.string({ description: 'Show only what is below this key' }) };
  static override flags = { ...commonFlags };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(ConfigExplain);
    this.json = flags.json;
    const { files, provenance } = await loadSettings(flags.config ?? []);
    const { path } = args;
    const shown = provenance.filter(
      (entry) => path === undefined || entry.path === path || entry.path.startsWith(`${path}.`),
    );
    const rows = shown.map((entry) => [entry.path, JSON.stringify(entry.value), this.style.dim(entry.file)]);
    const read =
      files.length === 0 ? 'No configuration file was found; these are the defaults.' : `Read: ${files.join(', ')}`;
    this.result({ files, values: shown }, `${read}\n\n${table([['Key', 'Value', 'From'], ...rows])}\n`);
  }
}
