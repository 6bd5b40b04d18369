import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGenerator } from '../../../src/engine/random.ts';
import { datasetLines, tableWithSplit } from '../../support/splitTable.ts';
import type { AccuracyTable } from './tables.ts';

const TEST_SHARE = 0.2;
const VALIDATION_SHARE = 0.16;

/** Writes the table as CSV with its split as the last column, `split`: `train`, `val` or `test`. */
export async function writeSplitFile({ dataset, split }: AccuracyTable, seed: number, file: string): Promise<void> {
  const lines = split === 'published' ? tableWithSplit(dataset) : withRandomSplit(dataset, seed);
  await pipeline(Readable.from(lines), createWriteStream(file));
}

async function* withRandomSplit(dataset: string, seed: number): AsyncGenerator<string> {
  const generator = createGenerator(seed);
  let isHeader = true;
  for await (const line of datasetLines(dataset)) {
    yield `${line},${isHeader ? 'split' : partOf(generator.uniform())}\n`;
    isHeader = false;
  }
}

function partOf(uniform: number): string {
  if (uniform < TEST_SHARE) return 'test';
  return uniform < TEST_SHARE + VALIDATION_SHARE ? 'val' : 'train';
}
