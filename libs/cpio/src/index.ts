export type { CpioInput } from './chunk-reader.ts';
export { type CpioCode, CpioError } from './errors.ts';
export type { CpioHeader } from './header.ts';
export { type CpioEntry, CpioReader, type CpioReaderOptions, listCpio } from './reader.ts';
export { type CpioFile, writeCpio } from './writer.ts';
