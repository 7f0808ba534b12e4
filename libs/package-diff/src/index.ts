export { difference, type PackageDiff, packageDiff, packagesOf, plannedDiff, renderDiff } from './package-diff.ts';
