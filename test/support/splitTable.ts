import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { SHARED_DATA } from './sharedData.ts';

/**
 * The table of a published dataset with its published split as the last column `split`, as CSV,
 * line by line. The cells of these tables contain no newline.
 */
export async function* tableWithSplit(dataset: string): AsyncGenerator<string> {
  const splits = lines(dataset, 'split.csv');
  for await (const line of datasetLines(dataset)) {
    const split = await splits.next();
    if (split.done) throw new Error(`The split of ${dataset} is shorter than its table.`);
    yield `${line},${split.value}\n`;
  }
}

/** The lines of a dataset's CSV file, its header first. */
export function datasetLines(dataset: string): AsyncGenerator<string> {
  return lines(dataset, `${dataset}.csv`);
}

async function* lines(dataset: string, file: string): AsyncGenerator<string> {
  const plain = join(SHARED_DATA, dataset, file);
  const input = existsSync(plain) ? createReadStream(plain) : createReadStream(`${plain}.gz`).pipe(createGunzip());
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}
