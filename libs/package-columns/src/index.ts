export { columnsOf } from './columns-of.ts';
export { COMPARISON_BITS, DependencyPool, relationAt } from './dependency-pool.ts';
export { type Evr, joinEvr, splitEvr } from './evr.ts';
export { ownersOf } from './owners-of.ts';
export { StringPool, StringPoolError } from './string-pool.ts';
export { U32List } from './u32-list.ts';
