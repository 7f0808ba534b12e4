export { difference, type PackageDiff, packageDiff, packagesOf, renderDiff } from './package-diff.ts';
