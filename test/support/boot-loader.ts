import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bootloader } from '@ostrata/contract';
import { type BootloaderFixture, testContext } from '@ostrata/testkit';

/** A sysroot on which a boot loader was installed, and one without any. */
export async function bootFixture(
  bootloader: Bootloader,
  install: (sysroot: string) => void,
): Promise<BootloaderFixture> {
  const place = mkdtempSync(join(tmpdir(), 'ostrata-boot-'));
  const [sysroot, other] = [join(place, 'sysroot'), join(place, 'other')];
  for (const root of [sysroot, other]) mkdirSync(join(root, 'boot'), { recursive: true });
  install(sysroot);
  return {
    bootloader,
    sysroot,
    other,
    context: testContext(),
    async [Symbol.asyncDispose]() {
      rmSync(place, { recursive: true });
    },
  };
}
