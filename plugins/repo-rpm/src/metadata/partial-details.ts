import type { StringColumn } from '@ostrata/contract';
import type { PartialSections } from './packed-file.ts';
import { DETAILS, type DetailColumns, type PackedDetails, QUANTITIES } from './packed-packages.ts';

/** Details in a file: what is asked for of a package is read, everything only when somebody wants whole columns. */
export class PartialDetails implements PackedDetails {
  readonly #parts: PartialSections;
  readonly #columns: PackedDetails['columns'];
  readonly #details: DetailColumns;
  readonly #strings: Pick<StringColumn, 'bytes' | 'offsets'>;

  /** @param strings those of the details */
  constructor(
    parts: PartialSections,
    { columns, details }: Pick<PackedDetails, 'columns' | 'details'>,
    strings: Pick<StringColumn, 'bytes' | 'offsets'>,
  ) {
    this.#parts = parts;
    this.#columns = columns;
    this.#details = details;
    this.#strings = strings;
  }

  get columns(): PackedDetails['columns'] {
    this.#parts.needAll();
    return this.#columns;
  }

  get details(): DetailColumns {
    this.#parts.needAll();
    return this.#details;
  }

  text(row: number, column: number): string {
    const { strings, texts } = this.#details;
    const at = row * DETAILS + column;
    this.#need(texts, at, at + 1);
    const number = texts[at]!;
    const { offsets, bytes } = this.#strings;
    this.#need(offsets, number, number + 2);
    this.#parts.need(bytes.subarray(offsets[number]!, offsets[number + 1]!));
    return strings.text(number);
  }

  quantity(row: number, column: number): number {
    const { quantities } = this.#details;
    const at = row * QUANTITIES + column;
    this.#need(quantities, at, at + 1);
    return quantities[at]!;
  }

  #need(column: Uint32Array | Float64Array, from: number, to: number): void {
    const { buffer, byteOffset, BYTES_PER_ELEMENT } = column;
    this.#parts.need(new Uint8Array(buffer, byteOffset + from * BYTES_PER_ELEMENT, (to - from) * BYTES_PER_ELEMENT));
  }
}
