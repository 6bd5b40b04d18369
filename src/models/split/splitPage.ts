import { yieldToEventLoop } from '../../kit/yieldToEventLoop.ts';
import { type PackedSplit, unpackSplit } from '../../training/split/packed.ts';
import type { SplitName } from '../../training/split/splits.ts';
import { MAX_ROWS, type SplitQuery, type SplitResponse } from './schemas.ts';

/** A model with the split that its training used. */
export interface ModelSplit {
  readonly modelId: string;
  readonly datasetId: string | null;
  readonly split: PackedSplit;
}

/** Rows between two yields to other requests: about 2 ms. */
const ROWS_PER_CHUNK = 16_384;

type Range = Pick<SplitQuery, 'part' | 'limit' | 'after'>;

/** One page of row numbers. */
export function splitPage({ modelId, datasetId, split }: ModelSplit, range: Range): SplitResponse {
  const { rows: total, training, validation, test } = split;
  const { limit = MAX_ROWS } = range;
  const rows: Record<SplitName, number[]> = { training: [], validation: [], test: [] };
  let listed = 0;
  let last = -1;
  let next: string | null = null;
  for (const [row, name] of rowsIn(split, range)) {
    if (listed === limit) {
      next = String(last);
      break;
    }
    rows[name].push(row);
    listed++;
    last = row;
  }
  const leftOut = total - training - validation - test;
  return { modelId, datasetId, total, counts: { training, validation, test, leftOut }, rows, next };
}

/** CSV in chunks: the header `row,part`, then one line for each row that is in a part. */
export async function* splitCsv(split: PackedSplit, range: Range): AsyncGenerator<string> {
  const { limit = split.rows } = range;
  let lines = 'row,part\n';
  let listed = 0;
  for (const [row, name] of rowsIn(split, range)) {
    if (listed === limit) break;
    lines += `${row},${name}\n`;
    listed++;
    if (listed % ROWS_PER_CHUNK > 0) continue;
    yield lines;
    lines = '';
    await yieldToEventLoop();
  }
  yield lines;
}

/** The rows of one part or of all parts, ascending, with the names of their parts. */
function* rowsIn(split: PackedSplit, { part, after = -1 }: Range): Generator<readonly [row: number, part: SplitName]> {
  const partOf = unpackSplit(split);
  for (let row = after + 1; row < split.rows; row++) {
    const name = partOf(row);
    if (name !== null && (part === undefined || name === part)) yield [row, name];
  }
}
