export { globToRegExp, isGlob, nameMatcher } from './glob.ts';
export { findGroup, type MergedGroup } from './groups.ts';
export {
  type DependencyMaker,
  parseRichDependency,
  RichDependencyError,
  type RichOperator,
} from './rich-dependency.ts';
export { MAX_COMBINATIONS, RichDependencySizeError, richDependencySize } from './rich-dependency-size.ts';
export { machineAnswers, SOLVER_OPTIONS, type SolverOptions } from './solver-options.ts';
export {
  type Namespace,
  type NamespaceMaker,
  suseConflict,
  suseProvide,
  suseSupplement,
} from './suse-dependency.ts';
