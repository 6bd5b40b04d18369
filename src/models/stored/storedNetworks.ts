import type { Parameter } from '../../engine/memory/parameters.ts';
import type { Database } from '../../store/database/database.ts';
import type { ModelRow } from '../../store/database/tables.ts';
import { findMemberParameters, findMembers } from '../ensembles/store.ts';
import { type Description, readAnyDescription, readDescription } from './description.ts';
import { fromFloat32Bytes } from './float32.ts';
import { modelNotFound } from './modelNotFound.ts';
import { findParameters, type StoredParameter } from './modelStore.ts';
import { readShape } from './shapes.ts';

/** A network as it is kept: all that predicts. */
export interface StoredNetwork {
  readonly description: Description;
  /** By layer and name, in the notes' shapes. */
  readonly parameters: readonly Parameter[];
}

/** The networks that a model consists of, one after the other. Throws `model_not_found` when it is deleted meanwhile. */
export async function* readNetworks(database: Database, model: ModelRow): AsyncGenerator<StoredNetwork> {
  const description = readAnyDescription(model.description);
  if ('members' in description) yield* readMembers(database, model.id, description.members);
  else yield { description, parameters: await readParameters(database, model.id) };
}

/** The parameters of a model that is a single network. Throws `model_not_found`. */
export async function readParameters(database: Database, id: string): Promise<readonly Parameter[]> {
  return toParameters(await findParameters(database, id), id);
}

/** The members of an ensemble, one after the other, as they may take much memory. Throws `model_not_found` when it is deleted meanwhile. */
export async function* readMembers(
  database: Database,
  id: string,
  members: readonly string[],
): AsyncGenerator<StoredNetwork> {
  const descriptions = await findMembers(database, id);
  if (descriptions.length < members.length) throw modelNotFound(id);
  for (const [index, description] of descriptions.entries()) {
    const parameters = await findMemberParameters(database, id, index + 1);
    yield { description: readDescription(description), parameters: toParameters(parameters, id) };
  }
}

/** Every network has some, so without any it is there no more. */
function toParameters(stored: readonly StoredParameter[], id: string): readonly Parameter[] {
  if (stored.length === 0) throw modelNotFound(id);
  return stored.map(toParameter);
}

function toParameter({ layer, name, shape, bytes }: StoredParameter): Parameter {
  return { layer, name, shape: readShape(shape), values: fromFloat32Bytes(bytes) };
}
