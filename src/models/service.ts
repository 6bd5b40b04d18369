import type { Readable } from 'node:stream';
import type { CreateKernels } from '../engine/kernels/kernels.ts';
import type { Clock } from '../kit/clock.ts';
import type { Tenant } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { idCursor, toPage } from '../kit/contract/pages.ts';
import { parseInput } from '../kit/contract/validation.ts';
import { decodeCursor, type Page } from '../kit/contract/wire.ts';
import { createSemaphore, type Semaphore } from '../kit/semaphore.ts';
import type { Database } from '../store/database/database.ts';
import type { ModelRow } from '../store/database/tables.ts';
import { type Aliases, createAliases } from './aliases/service.ts';
import { createAliasStore } from './aliases/store.ts';
import { ensembleParametersJson, parametersJson } from './parameters/parametersJson.ts';
import { type PredictionMetrics, withMetrics } from './predict/metrics.ts';
import { predictJson, rowsSchema } from './predict/predictJson.ts';
import { predictText, type TextOptions } from './predict/predictText.ts';
import type { PredictResponse } from './predict/schemas.ts';
import { type Spooled, spool } from './predict/spool.ts';
import { type JsonBodyLimits, parseJson, readWhole, unpack } from './rows/body.ts';
import { decodeText } from './rows/decode.ts';
import { createMissingValueWarnings, type MissingValueWarning } from './rows/missingValueWarnings.ts';
import type { Model, ModelSummary, ModelsQuery } from './schemas.ts';
import type { ModelSplit } from './split/splitPage.ts';
import { readAnyDescription } from './stored/description.ts';
import { modelNotFound } from './stored/modelNotFound.ts';
import { createModelStore } from './stored/modelStore.ts';
import { createLoader, type Loader } from './stored/predictor/loader.ts';
import type { Predictor } from './stored/predictor/predictor.ts';
import { findSplit } from './stored/splitStore.ts';
import { readMembers, readParameters } from './stored/storedNetworks.ts';
import { toModel, toModelSummary } from './view.ts';

export interface ModelsDeps {
  readonly database: Database;
  readonly createKernels: CreateKernels;
  readonly clock: Clock;
  /** Where long answers wait for their reader. */
  readonly temporaryFolder: string;
  /** The largest text of rows, unpacked, and the largest answer. */
  readonly maxTextBytes: number;
  /** JSON is held whole in memory; more rows than fit are sent as text. */
  readonly json: JsonBodyLimits;
  /** How many times as large a body may become when it is unpacked. */
  readonly maxExpansion: number;
  readonly metrics?: PredictionMetrics | undefined;
  /** What models may take of memory to be ready to answer. */
  readonly cacheBytes?: number;
}

/** Rows as they come over the wire. */
export interface RowsBody {
  readonly stream: Readable;
  readonly contentEncoding: string | undefined;
  readonly charset: string | undefined;
}

/** The models of each tenant; what is ready to answer is kept for all of them together. */
export type ModelsOf = (tenant: Tenant) => Models;

/** The trained models of a tenant; each is named by its id or an alias, and `model_not_found` is thrown where there is none. */
export interface Models {
  readonly aliases: Aliases;
  list(query: ModelsQuery): Promise<Page<ModelSummary>>;
  get(idOrAlias: string): Promise<Model>;
  /** Throws `model_in_use` where an alias names the model, unless `force` deletes its aliases too. */
  remove(idOrAlias: string, force: boolean): Promise<void>;
  /** Throws `split_not_found` for a model that was trained before splits were stored. */
  split(idOrAlias: string): Promise<ModelSplit>;
  /** The parameters as JSON, piece by piece; of an ensemble, those of each member. */
  parameters(idOrAlias: string): Promise<AsyncGenerator<string>>;
  /** `{"rows": […]}` in, predictions out. Throws `invalid_json`, `invalid_request`, `invalid_rows`, `predict_rows_quota`. */
  predictJson(idOrAlias: string, body: RowsBody): Promise<PredictResponse>;
  /** Rows of any number in, predictions in the same format out. Throws `invalid_rows`, `predict_rows_quota`. */
  predictText(idOrAlias: string, options: TextOptions, body: RowsBody): Promise<TextResponse>;
}

interface TextResponse extends Spooled {
  readonly warnings: readonly MissingValueWarning[];
}

/** Aliases that an error names. */
const MAX_NAMED_ALIASES = 5;
const DEFAULT_CACHE_BYTES = 512 * 2 ** 20;
/** From here on the rows, which take many times the bytes of their text, are in memory of one request at a time. */
const LARGE_JSON_BYTES = 2 ** 20;

export function createModels(deps: ModelsDeps): ModelsOf {
  const loader = createLoader(deps.database, deps.createKernels, deps.cacheBytes ?? DEFAULT_CACHE_BYTES);
  const largeJson = createSemaphore(1);
  return (tenant) => modelsOf({ ...deps, loader, largeJson }, tenant);
}

interface SharedDeps extends ModelsDeps {
  readonly loader: Loader;
  readonly largeJson: Semaphore;
}

function modelsOf(deps: SharedDeps, { project, quotas: { predictRows } }: Tenant): Models {
  const { database, loader, largeJson, clock, temporaryFolder, maxTextBytes, maxExpansion, json, metrics } = deps;
  const store = createModelStore(database, project);

  async function find(idOrAlias: string): Promise<ModelRow> {
    const row = await store.find(idOrAlias);
    if (!row) throw modelNotFound(idOrAlias);
    return row;
  }

  async function load(idOrAlias: string): Promise<Predictor> {
    const id = await store.idOf(idOrAlias);
    const predictor = id === undefined ? undefined : await loader.load(id);
    if (!predictor) throw modelNotFound(idOrAlias);
    return metrics ? withMetrics(predictor, metrics) : predictor;
  }

  return {
    aliases: createAliases({ store: createAliasStore(database, project), models: store, clock }),

    async list({ limit, after, ...filter }) {
      const before = after === undefined ? undefined : decodeCursor(after);
      const slice = await store.list({ ...filter, before, limit });
      const aliases = await store.aliasesOf(slice.rows.map(({ id }) => id));
      return toPage(slice, (row) => toModelSummary(row, aliases.get(row.id) ?? []), idCursor);
    },

    async get(idOrAlias) {
      const row = await find(idOrAlias);
      const [shapes, aliases] = await Promise.all([store.shapes([row.id]), store.aliasesOf([row.id])]);
      return toModel(row, shapes.get(row.id) ?? [], aliases.get(row.id) ?? []);
    },

    async remove(idOrAlias, force) {
      const id = await store.idOf(idOrAlias);
      if (id === undefined) throw modelNotFound(idOrAlias);
      const outcome = await store.remove(id, force);
      if ('aliases' in outcome) throw modelInUse(id, outcome.aliases);
      if (!outcome.removed) throw modelNotFound(idOrAlias);
      loader.evict(id);
    },

    async split(idOrAlias) {
      const { id, datasetId, splitId } = await find(idOrAlias);
      const split = splitId === null ? undefined : await findSplit(database, splitId);
      if (split === undefined) throw splitNotFound(id);
      return { modelId: id, datasetId, split };
    },

    async parameters(idOrAlias) {
      const { id, description: stored } = await find(idOrAlias);
      const description = readAnyDescription(stored);
      if ('members' in description) {
        return ensembleParametersJson(description.members, readMembers(database, id, description.members));
      }
      return parametersJson({ description, parameters: await readParameters(database, id) });
    },

    async predictJson(idOrAlias, { stream, contentEncoding }) {
      const predictor = await load(idOrAlias);
      const body = await readWhole(unpack(stream, contentEncoding, maxExpansion), json);
      const response = () => predictJson(predictor, parseInput(rowsSchema, parseJson(body, json)).rows, predictRows);
      return body.length > LARGE_JSON_BYTES ? largeJson.run(response) : response();
    },

    async predictText(idOrAlias, options, { stream, contentEncoding, charset }) {
      const predictor = await load(idOrAlias);
      const missingValues = createMissingValueWarnings(predictor.fitted);
      const text = decodeText(unpack(stream, contentEncoding, maxExpansion), charset, maxTextBytes);
      const spooled = await spool(
        predictText(predictor, options, text, missingValues, predictRows),
        temporaryFolder,
        maxTextBytes,
      );
      return { ...spooled, warnings: missingValues.warnings() };
    },
  };
}

function splitNotFound(id: string): ServiceError {
  const detail = `No split is stored with the model ${id}, as an earlier version trained it: train it again.`;
  return new ServiceError('split_not_found', detail);
}

function modelInUse(id: string, aliases: readonly string[]): ServiceError {
  const named = aliases.slice(0, MAX_NAMED_ALIASES).join(', ');
  const others = aliases.length > MAX_NAMED_ALIASES ? ` and ${aliases.length - MAX_NAMED_ALIASES} more` : '';
  const detail = `The model ${id} has aliases: ${named}${others}.`;
  const advice = 'Point them at another model or delete them first, or pass force=true to delete them with the model.';
  return new ServiceError('model_in_use', `${detail} ${advice}`);
}
