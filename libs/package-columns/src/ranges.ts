import { type EvrOrder, FEWER, MORE } from './evr-order.ts';
import { EQUAL, GREATER, LESS } from './operators.ts';

const ANY = GREATER | EQUAL | LESS;

/** Whether the ranges `have` (of a provide) and `want` (of a requirement) have a version in common; versions are ids of `evrs`. */
export function rangesMeet(evrs: EvrOrder, have: number, haveEvr: number, want: number, wantEvr: number): boolean {
  if (have === 0 || want === 0) return false;
  if (have === ANY || want === ANY) return true;
  if ((have & want & (LESS | GREATER)) !== 0) return true;
  switch (evrs.match(haveEvr, wantEvr)) {
    case FEWER:
      return (have & EQUAL) !== 0;
    case -1:
      return (want & LESS) !== 0 || (have & GREATER) !== 0;
    case 0:
      return (have & want & EQUAL) !== 0;
    case 1:
      return (want & GREATER) !== 0 || (have & LESS) !== 0;
    case MORE:
      return (want & EQUAL) !== 0;
    default:
      return false;
  }
}
