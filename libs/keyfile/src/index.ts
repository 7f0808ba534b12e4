export { KeyFile } from './key-file.ts';
