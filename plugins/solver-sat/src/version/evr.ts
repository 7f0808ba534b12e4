export { type CompareVersions, EvrOrder, FEWER, MORE } from '@ostrata/package-columns';
