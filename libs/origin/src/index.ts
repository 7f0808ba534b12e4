export { Origin } from './origin.ts';
export { formatRefspec, parseRefspec, type Refspec } from './refspec.ts';
