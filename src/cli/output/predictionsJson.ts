import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { PredictResponse } from '../../models/predict/schemas.ts';
import type { FormatName } from '../input/format.ts';

/** A warning in the form of the header of a text response. */
export type MissingValueWarning = Omit<PredictResponse['warnings'][number], 'message'>;

const PROBABILITY = 'probability_';

/**
 * The text of one JSON document, `{"predictions": [...], "warnings": [...]}`, from a response in
 * any format. It is streamed row by row, so the response may have any length.
 */
export async function* predictionsAsJson(
  response: Readable,
  format: FormatName,
  warnings: readonly MissingValueWarning[],
): AsyncGenerator<string | Buffer> {
  if (format === 'json') {
    yield* response;
    yield '\n';
    return;
  }
  let separator = '{"predictions":[';
  for await (const prediction of format === 'ndjson' ? linesOf(response) : rowsOf(response, format)) {
    yield `${separator}\n${prediction}`;
    separator = ',';
  }
  yield `${separator === ',' ? '' : separator}\n],"warnings":${JSON.stringify(warnings)}}\n`;
}

async function* linesOf(response: Readable): AsyncGenerator<string> {
  for await (const line of createInterface({ input: response })) if (line !== '') yield line;
}

/** A prediction of classes has a column with the probability of each class. */
async function* rowsOf(response: Readable, format: FormatName): AsyncGenerator<string> {
  const parser = parse({ delimiter: format === 'tsv' ? '\t' : ',', columns: true });
  response.on('error', (error) => parser.destroy(error)).pipe(parser);
  for await (const { prediction, ...others } of parser) {
    const probabilities = Object.entries(others).map(([name, value]) => [
      name.slice(PROBABILITY.length),
      Number(value),
    ]);
    yield JSON.stringify(
      probabilities.length === 0
        ? { value: Number(prediction) }
        : { label: prediction, probabilities: Object.fromEntries(probabilities) },
    );
  }
}
