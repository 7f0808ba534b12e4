export { KernelArgs, KernelArgsError } from '@ostrata/kernel-args';
