import { definePlugin } from '@ostrata/contract';

/** The verb by which a healthy system ends the boot loader's count of its starts. */
export default definePlugin({
  name: 'boot-good',
  apiVersion: '^0.1.0',
  commands: [
    {
      id: 'boot-good',
      summary: 'Tell the boot loader that the running system works',
      description:
        'Where a boot loader counts how often a new deployment was started, it starts the one before when the count has ended. This ends the count; a unit that requires boot-complete.target runs it once all checks have passed.',
      flags: {
        sysroot: { kind: 'string', summary: 'The system that runs from this directory', default: '/' },
        cmdline: { kind: 'string', summary: 'Read the kernel command line from this file', default: '/proc/cmdline' },
      },
      examples: ['ostrata boot-good'],
      run: async (input, ctx) => (await import('./mark-good.ts')).markGood(input, ctx),
    },
  ],
  apply() {},
});
