export { type PackageDiff, packageDiff, plannedDiff, renderDiff } from './package-diff.ts';
