import type { Tenant } from '../../kit/contract/caller.ts';
import { parseInput } from '../../kit/contract/validation.ts';
import type { Semaphore } from '../../kit/limits/semaphore.ts';
import type { Database } from '../../store/database/database.ts';
import { type JsonBodyLimits, parseJson, readWhole, type TextBody, unpack } from '../rows/body.ts';
import { decodeText } from '../rows/decode.ts';
import { createMissingValueWarnings, type MissingValueWarning } from '../rows/missingValueWarnings.ts';
import { createModelLookup, modelNotFound } from '../stored/modelStore.ts';
import type { Loader } from '../stored/predictor/loader.ts';
import type { Predictor } from '../stored/predictor/predictor.ts';
import { type PredictionMetrics, withMetrics } from './metrics.ts';
import { predictJson, rowsSchema } from './predictJson.ts';
import { predictText, type TextOptions } from './predictText.ts';
import type { PredictResponse } from './schemas.ts';
import { type Spooled, spool } from './spool.ts';

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
  readonly metrics?: PredictionMetrics | undefined;
}

/**
 * Predictions of the models of a tenant. Both methods throw `model_not_found`, `invalid_rows`,
 * `predict_rows_quota`.
 */
export interface Predictions {
  /** For a body `{"rows": […]}`. Also throws `invalid_json` and `invalid_request`. */
  json(idOrAlias: string, body: TextBody): Promise<PredictResponse>;
  /** For a text of any number of rows. The response has the same format. */
  text(idOrAlias: string, options: TextOptions, body: TextBody): Promise<TextResponse>;
}

interface TextResponse extends Spooled {
  readonly warnings: readonly MissingValueWarning[];
}

/** JSON bodies from this size on are parsed one at a time. */
const LARGE_JSON_BYTES = 2 ** 20;

export function createPredictions(deps: PredictionsDeps, { project, quotas: { predictRows } }: Tenant): Predictions {
  const { database, loader, largeJson, temporaryFolder, maxTextBytes, maxExpansion, json, metrics } = deps;
  const models = createModelLookup(database, project);

  async function load(idOrAlias: string): Promise<Predictor> {
    const predictor = await loader.load(await models.id(idOrAlias));
    if (!predictor) throw modelNotFound(idOrAlias);
    return metrics ? withMetrics(predictor, metrics) : predictor;
  }

  return {
    async json(idOrAlias, { stream, contentEncoding }) {
      const predictor = await load(idOrAlias);
      const body = await readWhole(unpack(stream, contentEncoding, maxExpansion), json);
      const response = () => predictJson(predictor, parseInput(rowsSchema, parseJson(body, json)).rows, predictRows);
      return body.length > LARGE_JSON_BYTES ? largeJson.run(response) : response();
    },

    async text(idOrAlias, options, { stream, contentEncoding, charset }) {
      const predictor = await load(idOrAlias);
      const missingValues = createMissingValueWarnings(predictor.fitted);
      const text = decodeText(unpack(stream, contentEncoding, maxExpansion), charset, maxTextBytes);
      const predictions = predictText(predictor, options, text, missingValues, predictRows);
      const spooled = await spool(predictions, temporaryFolder, maxTextBytes);
      return { ...spooled, warnings: missingValues.warnings() };
    },
  };
}
