import { KernelArgs } from '@ostrata/kernel-args';
import { kargsError } from './errors.ts';

const EXPLANATION = `# These are the kernel arguments. Change them as you like; spaces separate them, and their order counts.
# Empty lines, and lines that begin with "#", are left out.
# The argument "ostree" is not shown: it is made anew for every deployment.

`;

/** The text that a user edits. */
export const editable = (kargs: readonly string[]): string => `${EXPLANATION}${kargs.join(' ')}\n`;

/** The arguments of an edited text. Throws KARGS_EDITED for none, and for one that is not the user's to set. */
export function editedKargs(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const args = KernelArgs.parse(lines.filter((line) => line !== '' && !line.startsWith('#')).join(' '));
  if (args.list.length === 0) {
    throw kargsError('KARGS_EDITED', 'The text that was edited has no kernel arguments.', {
      hint: 'Nothing was changed. A system without any would hardly boot.',
    });
  }
  if (args.has('ostree')) {
    throw kargsError('KARGS_EDITED', 'The text that was edited has an argument "ostree".', {
      hint: 'Leave it out: it is made anew for every deployment.',
    });
  }
  return args.list;
}
