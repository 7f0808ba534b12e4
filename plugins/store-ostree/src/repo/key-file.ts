export { KeyFile } from '@ostrata/keyfile';
