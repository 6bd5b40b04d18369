import type { ReadParquetRows } from '../../datasets/upload/parquetRows.ts';
import { detectFormat, type FileFormat, FormatError } from '../../formats/text/fileFormat.ts';
import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { Semaphore } from '../../kit/limits/semaphore.ts';
import type { Database } from '../../store/database/database.ts';
import { type JsonBodyLimits, limitBytes, peek, readWhole, type TextBody, unpack } from '../rows/body.ts';
import { decodeText, decodeWhole } from '../rows/decode.ts';
import { createMissingValueWarnings, type MissingValueWarning } from '../rows/missingValueWarnings.ts';
import type { TextWarning, Warn } from '../rows/textWarnings.ts';
import { createModelLookup, modelNotFound } from '../stored/modelStore.ts';
import type { Loader } from '../stored/predictor/loader.ts';
import type { Predictor } from '../stored/predictor/predictor.ts';
import { type PredictionMetrics, withMetrics } from './metrics.ts';
import { predictJson, rowsOf } from './predictJson.ts';
import { predictRows } from './predictRows.ts';
import { type PredictChunks, predictParquet, predictText, RESPONSE_TYPES, type TextOptions } from './predictText.ts';
import type { PredictResponse } from './schemas.ts';
import { type Spooled, spool } from './spool.ts';

/** A warning about the whole text, or about a column. */
export type PredictionWarning = TextWarning | MissingValueWarning;

export interface PredictionsDeps {
  readonly database: Database;
  readonly loader: Pick<Loader, 'load'>;
  /** Limits large JSON bodies, whose rows need many times the memory of their text. */
  readonly largeJson: Semaphore;
  /** The folder of spooled responses. */
  readonly temporaryFolder: string;
  /** The largest decompressed text of rows, and the largest response. */
  readonly maxTextBytes: number;
  /** JSON is parsed in memory; larger bodies must be sent as text. */
  readonly json: JsonBodyLimits;
  /** The largest ratio of the decompressed to the compressed size of a body. */
  readonly maxExpansion: number;
  readonly readParquetRows: ReadParquetRows;
  readonly metrics?: PredictionMetrics | undefined;
}

/**
 * Predictions of the models of a tenant. Both methods throw `model_not_found`, `invalid_rows`,
 * `predict_rows_quota`.
 */
export interface Predictions {
  /** For `{"rows": […]}`, or the array. Also throws `invalid_json` and `invalid_request`. */
  json(idOrAlias: string, body: TextBody): Promise<PredictResponse>;
  /** For a text of any number of rows, or Parquet. Responds in the format of the text, or CSV. */
  rows(idOrAlias: string, options: RowsOptions, body: TextBody): Promise<RowsResponse>;
}

interface RowsOptions extends TextOptions {
  /** The format that the Content-Type declares; null: it is detected. */
  readonly declared: FileFormat | null;
}

/** Predictions as JSON for an array of rows, and otherwise in the media type `type`. */
type RowsResponse =
  | { readonly json: PredictResponse }
  | (Spooled & { readonly type: string; readonly warnings: readonly PredictionWarning[] });

/** Bytes that show the format of a body. */
const HEAD_BYTES = 2 ** 14;

/** JSON bodies from this size on are parsed one at a time. */
const LARGE_JSON_BYTES = 2 ** 20;

export function createPredictions(
  deps: PredictionsDeps,
  { project, quotas: { predictRows: predictRowsQuota } }: Tenant,
): Predictions {
  const { database, loader, largeJson, temporaryFolder, maxTextBytes, maxExpansion, json, metrics } = deps;
  const { readParquetRows } = deps;
  const models = createModelLookup(database, project);

  async function load(idOrAlias: string): Promise<Predictor> {
    const predictor = await loader.load(await models.id(idOrAlias));
    if (!predictor) throw modelNotFound(idOrAlias);
    return metrics ? withMetrics(predictor, metrics) : predictor;
  }

  async function predictBody(
    predictor: Predictor,
    bytes: AsyncIterable<Uint8Array>,
    charset: string | undefined,
  ): Promise<PredictResponse> {
    const body = await readWhole(bytes, json);
    async function respond(): Promise<PredictResponse> {
      const textWarnings: TextWarning[] = [];
      const text = decodeWhole(body, { charset, warn: (warning) => void textWarnings.push(warning) });
      const { predictions, warnings } = await predictJson(predictor, rowsOf(text, json), predictRowsQuota);
      return { predictions, warnings: [...textWarnings, ...warnings] };
    }
    return body.length > LARGE_JSON_BYTES ? largeJson.run(respond) : respond();
  }

  return {
    async json(idOrAlias, { stream, contentEncoding, charset }) {
      const predictor = await load(idOrAlias);
      return predictBody(predictor, unpack(stream, contentEncoding, maxExpansion), charset);
    },

    async rows(idOrAlias, options, { stream, contentEncoding, charset }) {
      const predictor = await load(idOrAlias);
      const { head, all } = await peek(unpack(stream, contentEncoding, maxExpansion), HEAD_BYTES);
      const format = formatOf(head, options.declared);
      if (format === 'json') return { json: await predictBody(predictor, all, charset) };
      const missingValues = createMissingValueWarnings(predictor.fitted);
      const textWarnings: TextWarning[] = [];
      const warn: Warn = (warning) => void textWarnings.push(warning);
      const predictChunks: PredictChunks = (chunks) => predictRows(predictor, chunks, missingValues, predictRowsQuota);
      const respond = async (predictions: AsyncGenerator<string>) => {
        const spooled = await spool(predictions, temporaryFolder, maxTextBytes);
        return { ...spooled, type: RESPONSE_TYPES[format], warnings: [...textWarnings, ...missingValues.warnings()] };
      };
      if (format === 'parquet') {
        const bytes = limitBytes(all, maxTextBytes);
        return readParquetRows(bytes, (rows) => respond(predictParquet(predictor, options, rows, predictChunks)));
      }
      const text = decodeText(all, { charset, maxBytes: maxTextBytes, warn });
      return respond(predictText(predictor, options, { format, text, warn }, predictChunks));
    },
  };
}

/** Throws ServiceError `invalid_rows` for a file that is no table. An empty body is a text. */
function formatOf(head: Buffer, declared: FileFormat | null): FileFormat {
  if (head.length === 0) return declared ?? 'csv';
  try {
    return detectFormat(head, declared);
  } catch (error) {
    throw error instanceof FormatError ? new ServiceError('invalid_rows', error.message) : error;
  }
}
