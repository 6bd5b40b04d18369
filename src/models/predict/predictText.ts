import { readCsv } from '../rows/csv.ts';
import type { MissingValueWarnings } from '../rows/missingValueWarnings.ts';
import { readNdjson } from '../rows/ndjson.ts';
import type { RawRows } from '../rows/rawRows.ts';
import type { Prediction, Predictor } from '../stored/predictor/predictor.ts';
import { csvLine } from './csvText.ts';
import { toJson } from './predictJson.ts';
import { predictRows } from './predictRows.ts';

/** Formats for any number of rows. The response has the format of the request. */
export const TEXT_FORMATS = ['text/csv', 'text/tab-separated-values', 'application/x-ndjson'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];

export function isTextFormat(mediaType: string): mediaType is TextFormat {
  return TEXT_FORMATS.some((format) => format === mediaType);
}

/** The format of the request and of the response. */
export interface TextOptions {
  readonly format: TextFormat;
  /** Protects delimited responses from formulas (see `csvLine`). */
  readonly spreadsheet: boolean;
}

/** The predictions for chunks of rows. */
type PredictChunks = (chunks: AsyncIterable<RawRows>) => AsyncIterable<readonly Prediction[]>;

/**
 * The predictions for the rows of a text in chunks, in the same order and format. Throws as
 * `predictRows`.
 */
export function predictText(
  predictor: Predictor,
  { format, spreadsheet }: TextOptions,
  text: AsyncGenerator<string>,
  missingValues: MissingValueWarnings,
  maxRows: number | null,
): AsyncGenerator<string> {
  const predictChunks = (chunks: AsyncIterable<RawRows>) => predictRows(predictor, chunks, missingValues, maxRows);
  switch (format) {
    case 'text/csv':
      return predictCsv(predictor, text, { delimiter: undefined, spreadsheet }, predictChunks);
    case 'text/tab-separated-values':
      return predictCsv(predictor, text, { delimiter: '\t', spreadsheet }, predictChunks);
    case 'application/x-ndjson':
      return predictNdjson(predictor, text, predictChunks);
  }
}

/** An undefined delimiter is detected from the rows; the response then has commas. */
async function* predictCsv(
  predictor: Predictor,
  text: AsyncGenerator<string>,
  { delimiter, spreadsheet }: { readonly delimiter: string | undefined; readonly spreadsheet: boolean },
  predictChunks: PredictChunks,
): AsyncGenerator<string> {
  const { known, chunkRows, classes } = predictor;
  const written = { delimiter: delimiter ?? ',', spreadsheet };
  const line = (cells: readonly (string | number)[]) => csvLine(cells, written);
  const chunks = readCsv(text, { known, chunkRows, delimiter });
  yield line(['prediction', ...(classes ?? []).map((label) => `probability_${label}`)]);
  for await (const predictions of predictChunks(chunks)) {
    yield predictions.map((prediction) => line(toCells(prediction))).join('');
  }
}

function toCells(prediction: Prediction): readonly (string | number)[] {
  return 'value' in prediction ? [prediction.value] : [prediction.label, ...prediction.probabilities];
}

async function* predictNdjson(
  predictor: Predictor,
  text: AsyncGenerator<string>,
  predictChunks: PredictChunks,
): AsyncGenerator<string> {
  const classes = predictor.classes ?? [];
  const chunks = readNdjson(text, predictor.known, predictor.chunkRows);
  for await (const predictions of predictChunks(chunks)) {
    yield predictions.map((prediction) => `${JSON.stringify(toJson(prediction, classes))}\n`).join('');
  }
}
