import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { nevraOf, type PlannedPackage } from '@ostrata/contract';
import {
  type ByteSource,
  type CheckResult,
  describeCheck,
  type Keyring,
  RpmFormatError,
  readPackage,
  verifyPackage,
} from '../codec/index.ts';
import { sourceError } from './errors.ts';

/**
 * Demands a good signature by one of the keys that covers the whole package: its header, and the payload directly or by a digest that
 * the signed header has.
 * @throws HostError SOURCE_PACKAGE_UNSIGNED, SOURCE_PACKAGE_KEY, SOURCE_PACKAGE_SIGNATURE
 */
export function checkPackageSignature(file: string, pkg: PlannedPackage, keyring: Keyring): void {
  const results = verifyFile(file, pkg, keyring);
  const data = { package: nevraOf(pkg), source: pkg.source, file };
  const bad = results.find(({ verdict }) => verdict === 'bad');
  if (bad !== undefined) {
    throw sourceError(
      'SOURCE_PACKAGE_SIGNATURE',
      `${nevraOf(pkg)} from ${pkg.source} fails its check "${describeCheck(bad.check)}": ${bad.reason}`,
      {
        hint: 'Do not install it: the package was changed after it was signed, or the download is damaged.',
        data,
      },
    );
  }
  const good = results.filter(({ verdict }) => verdict === 'ok');
  const signed = (range: string) => good.some(({ check }) => check.kind === 'signature' && check.range === range);
  const payloadDigest = good.some(({ check }) => check.kind === 'digest' && check.range === 'payload');
  if (signed('header+payload') || (signed('header') && payloadDigest)) return;
  const unknown = results.find(({ verdict, check }) => verdict === 'nokey' && check.kind === 'signature');
  if (unknown !== undefined) {
    throw sourceError(
      'SOURCE_PACKAGE_KEY',
      `${nevraOf(pkg)} from ${pkg.source} is signed by a key that the repository does not name: ${unknown.reason}`,
      {
        hint: `Add the key to gpgkey of ${pkg.source} if you trust it.`,
        data,
      },
    );
  }
  const partly = signed('header') ? 'whose signature leaves out its payload' : 'that is not signed';
  throw sourceError(
    'SOURCE_PACKAGE_UNSIGNED',
    `The repository ${pkg.source} demands signatures and has a package ${partly}: ${nevraOf(pkg)}`,
    {
      hint: `Set gpgcheck=0 for ${pkg.source} to trust its packages without signatures.`,
      data,
    },
  );
}

function verifyFile(file: string, pkg: PlannedPackage, keyring: Keyring): CheckResult[] {
  const fd = openSync(file, 'r');
  try {
    const source: ByteSource = {
      size: fstatSync(fd).size,
      read: (position, length) => {
        const bytes = Buffer.allocUnsafe(length);
        return bytes.subarray(0, readSync(fd, bytes, 0, length, position));
      },
    };
    return verifyPackage(readPackage(source), source, keyring, { checks: 'needed' });
  } catch (error) {
    if (!(error instanceof RpmFormatError)) throw error;
    throw sourceError(
      'SOURCE_PACKAGE_SIGNATURE',
      `${nevraOf(pkg)} from ${pkg.source} cannot be checked: ${error.message}`,
      {
        hint: error.hint,
        data: { package: nevraOf(pkg), file },
        cause: error,
      },
    );
  } finally {
    closeSync(fd);
  }
}
