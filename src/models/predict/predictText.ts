import type { ParquetRows } from '../../datasets/upload/parquetRows.ts';
import type { GivenDialect } from '../../formats/text/dialect.ts';
import type { FileFormat } from '../../formats/text/fileFormat.ts';
import { readCsv } from '../rows/csv.ts';
import { readNdjson } from '../rows/ndjson.ts';
import { readParquet } from '../rows/parquet.ts';
import type { RawRows } from '../rows/rawRows.ts';
import type { Warn } from '../rows/textWarnings.ts';
import type { Prediction, Predictor } from '../stored/predictor/predictor.ts';
import { type CsvOptions, csvCell, csvLine } from './csvText.ts';
import { toJson } from './predictJson.ts';

/** A text of any number of rows, or Parquet. */
export type RowsFormat = Exclude<FileFormat, 'json'>;

/** The media type of the response for each format of the rows. */
export const RESPONSE_TYPES = {
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  ndjson: 'application/x-ndjson',
  parquet: 'text/csv',
} as const satisfies Record<RowsFormat, string>;

/** How delimited rows are split, and how the response is written. */
export interface TextOptions extends GivenDialect {
  /** Protects delimited responses from formulas (see `csvLine`). */
  readonly spreadsheet: boolean;
}

/** The predictions for chunks of rows. */
export type PredictChunks = (chunks: AsyncIterable<RawRows>) => AsyncIterable<readonly Prediction[]>;

/** The rows of a text. */
export interface TextRows {
  readonly format: Exclude<RowsFormat, 'parquet'>;
  readonly text: AsyncGenerator<string>;
  readonly warn: Warn;
}

/**
 * The predictions for the rows of a text in chunks, in the same order and format. Throws as
 * `predictRows`.
 */
export function predictText(
  predictor: Predictor,
  options: TextOptions,
  { format, text, warn }: TextRows,
  predictChunks: PredictChunks,
): AsyncGenerator<string> {
  const { known, chunkRows } = predictor;
  if (format === 'ndjson') return writeNdjson(predictor, predictChunks(readNdjson(text, known, chunkRows)));
  const delimiter = options.delimiter ?? (format === 'tsv' ? '\t' : null);
  const chunks = readCsv(text, { known, chunkRows, delimiter, header: options.header, warn });
  return writeCsv(predictor, { ...options, delimiter: format === 'tsv' ? '\t' : ',' }, predictChunks(chunks));
}

/** The predictions for the rows of Parquet, as CSV. Throws as `predictRows`. */
export function predictParquet(
  predictor: Predictor,
  { spreadsheet }: TextOptions,
  rows: ParquetRows,
  predictChunks: PredictChunks,
): AsyncGenerator<string> {
  const chunks = readParquet(rows, predictor.known, predictor.chunkRows);
  return writeCsv(predictor, { delimiter: ',', spreadsheet }, predictChunks(chunks));
}

async function* writeCsv(
  { classes }: Predictor,
  written: CsvOptions,
  chunks: AsyncIterable<readonly Prediction[]>,
): AsyncGenerator<string> {
  const labels = classes ?? [];
  yield csvLine(['prediction', ...labels.map((label) => `probability_${label}`)], written);
  // Most lines repeat a label, so each is written once.
  const cells = new Map(labels.map((label) => [label, csvCell(label, written)]));
  const lineOf = (prediction: Prediction) => {
    if ('value' in prediction) return `${prediction.value}\n`;
    return `${cells.get(prediction.label)}${written.delimiter}${prediction.probabilities.join(written.delimiter)}\n`;
  };
  for await (const predictions of chunks) yield predictions.map(lineOf).join('');
}

async function* writeNdjson(
  predictor: Predictor,
  chunks: AsyncIterable<readonly Prediction[]>,
): AsyncGenerator<string> {
  const classes = predictor.classes ?? [];
  for await (const predictions of chunks) {
    yield predictions.map((prediction) => `${JSON.stringify(toJson(prediction, classes))}\n`).join('');
  }
}
