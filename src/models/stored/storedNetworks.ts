import type { Parameter } from '../../engine/memory/parameters.ts';
import { yieldToEventLoop } from '../../kit/yieldToEventLoop.ts';
import type { Database } from '../../store/database/database.ts';
import type { ModelRow } from '../../store/database/tables.ts';
import { type AnyDescription, type Description, readDescription } from './description.ts';
import { countNetworks } from './ensembleDescription.ts';
import { fromFloat32Bytes } from './float32.ts';
import { findMemberParameters, findMembers } from './memberStore.ts';
import { findParameters, modelNotFound, type StoredParameter } from './modelStore.ts';
import { readShape } from './shapes.ts';

/** A stored network: everything that a prediction needs. */
export interface StoredNetwork {
  readonly description: Description;
  /** By layer and name, in the shapes of the notes. */
  readonly parameters: readonly Parameter[];
}

/**
 * A stored model: one network, or several whose predictions are averaged. All were trained on the
 * same rows. Both iterables throw `model_not_found` if the model was deleted meanwhile.
 */
export interface StoredModel {
  /** Null if the dataset was deleted. */
  readonly datasetId: string | null;
  /** The description of each network, in order. */
  descriptions(): AsyncIterable<Description>;
  /** The same networks with their parameters, read one by one because each may need much memory. */
  networks(): AsyncIterable<StoredNetwork>;
}

type ModelId = Pick<ModelRow, 'id' | 'datasetId'>;

/** A single network that is not read yet. */
export interface DescribedModel {
  readonly row: ModelId;
  readonly description: Description;
}

/** `description` is the one of the row. */
export function openModel(database: Database, row: ModelId, description: AnyDescription): StoredModel {
  return 'members' in description
    ? openEnsemble(database, row, countNetworks(description))
    : combineModels(database, [{ row, description }]);
}

/** Single networks as one model. There is at least one, and all have the same dataset. */
export function combineModels(database: Database, models: readonly DescribedModel[]): StoredModel {
  return {
    datasetId: models[0].row.datasetId,
    async *descriptions() {
      for (const { description } of models) yield description;
    },
    async *networks() {
      for (const { row, description } of models) {
        yield { description, parameters: await readParameters(database, row.id) };
      }
    },
  };
}

/** The parameters of a single network. Throws `model_not_found`. */
export async function readParameters(database: Database, id: string): Promise<readonly Parameter[]> {
  return toParameters(await findParameters(database, id), id);
}

/** One member of an ensemble, from 1, as a model of its own. */
export function openMember(database: Database, { id, datasetId }: ModelId, member: number): StoredModel {
  async function* descriptions() {
    const text = (await findMembers(database, id))[member - 1];
    if (text === undefined) throw modelNotFound(id);
    yield readDescription(text);
  }
  async function* networks() {
    for await (const description of descriptions()) {
      yield { description, parameters: toParameters(await findMemberParameters(database, id, member), id) };
    }
  }
  return { datasetId, descriptions, networks };
}

/** One member of an ensemble, from 1. Throws `model_not_found`. */
export async function readMemberNetwork(database: Database, id: string, member: number): Promise<StoredNetwork> {
  for await (const network of openMember(database, { id, datasetId: null }, member).networks()) return network;
  throw modelNotFound(id);
}

function openEnsemble(database: Database, { id, datasetId }: ModelId, members: number): StoredModel {
  async function* descriptions() {
    const texts = await findMembers(database, id);
    if (texts.length < members) throw modelNotFound(id);
    for (const text of texts) {
      yield readDescription(text);
      await yieldToEventLoop();
    }
  }
  async function* networks() {
    let member = 0;
    for await (const description of descriptions()) {
      member += 1;
      yield { description, parameters: toParameters(await findMemberParameters(database, id, member), id) };
    }
  }
  return { datasetId, descriptions, networks };
}

/** Every network has parameters, so a model without any was deleted. */
function toParameters(stored: readonly StoredParameter[], id: string): readonly Parameter[] {
  if (stored.length === 0) throw modelNotFound(id);
  return stored.map(toParameter);
}

function toParameter({ layer, name, shape, bytes }: StoredParameter): Parameter {
  return { layer, name, shape: readShape(shape), values: fromFloat32Bytes(bytes) };
}
