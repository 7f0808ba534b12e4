export { KernelArgs, KernelArgsError } from './kernel-args.ts';
