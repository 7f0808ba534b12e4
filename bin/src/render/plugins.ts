import type { Inspection } from '@ostrata/core';
import type { Style } from './style.ts';

/** What is loaded, for people: a block a plugin, in the order in which their taps run. */
export function renderPlugins(inspection: Inspection, style: Style): string {
  const blocks = inspection.plugins.map((plugin, i) => {
    const lines = [`${i + 1}. ${style.bold(plugin.name)}  ${style.dim(plugin.origin)}`];
    if (plugin.capabilities.length > 0) lines.push(`   provides  ${plugin.capabilities.join(', ')}`);
    if (plugin.hooks.length > 0) lines.push(`   hooks     ${plugin.hooks.join(', ')}`);
    if (plugin.commands.length > 0) lines.push(`   commands  ${plugin.commands.join(', ')}`);
    return lines.join('\n');
  });
  return `${blocks.join('\n')}\n`;
}
