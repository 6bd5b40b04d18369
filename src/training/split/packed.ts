import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type SplitName, type Splits, sortedSplits } from './splits.ts';

/**
 * The split of each row of a table, in the stored form: about 160 kB for a million rows drawn at
 * random.
 */
export interface PackedSplit {
  /** SHA-256 of `rows` and the uncompressed parts: equal splits have equal ids. */
  readonly id: string;
  /** All rows of the table. */
  readonly rows: number;
  readonly training: number;
  readonly validation: number;
  readonly test: number;
  /** Two bits for each row, the first row in the lowest bits, compressed as raw DEFLATE. */
  readonly parts: Uint8Array;
}

/** By their two bits; rows with the first value belong to no split. */
const NAMES: readonly (SplitName | null)[] = [null, 'training', 'validation', 'test'];
const ROWS_PER_BYTE = 4;

export function packSplit(splits: Splits, rows: number): PackedSplit {
  const bits = new Uint8Array(Math.ceil(rows / ROWS_PER_BYTE));
  for (const name of ['training', 'validation', 'test'] as const) {
    const code = NAMES.indexOf(name);
    for (const row of splits[name]) bits[row >> 2] |= code << shiftOf(row);
  }
  return {
    id: createHash('sha256').update(`${rows}\n`).update(bits).digest('hex'),
    rows,
    training: splits.training.length,
    validation: splits.validation.length,
    test: splits.test.length,
    // A plain array, because a Buffer loses its class when it is sent between threads.
    parts: new Uint8Array(deflateRawSync(bits)),
  };
}

/** The split of each row, numbered from 0; null: it was left out. */
export function unpackSplit({ parts }: Pick<PackedSplit, 'parts'>): (row: number) => SplitName | null {
  const bits = inflateRawSync(parts);
  return (row) => NAMES[(bits[row >> 2] >> shiftOf(row)) & 3];
}

/** The rows of each split, ascending. */
export function rowsOfParts(split: Pick<PackedSplit, 'parts' | 'rows'>): Splits {
  const partOf = unpackSplit(split);
  const rows: Record<SplitName, number[]> = { training: [], validation: [], test: [] };
  for (let row = 0; row < split.rows; row++) {
    const part = partOf(row);
    if (part !== null) rows[part].push(row);
  }
  return sortedSplits({ training: [rows.training], validation: [rows.validation], test: [rows.test] });
}

function shiftOf(row: number): number {
  return 2 * (row % ROWS_PER_BYTE);
}
