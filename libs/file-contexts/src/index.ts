export { FileContextsError } from './errors.ts';
export { FileContexts, type FileContextsTexts } from './file-contexts.ts';
