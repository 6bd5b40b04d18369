import type { CreateKernels } from '../../engine/kernels/kernels.ts';
import type { Parameter, ParameterName } from '../../engine/parameters.ts';
import type { Database } from '../../store/database.ts';
import type { ParameterRow } from '../../store/tables.ts';
import { readDescription } from '../description.ts';
import { fromFloat32Bytes } from '../float32.ts';
import { findModel, findParameters } from '../store.ts';
import { readShape } from '../view.ts';
import { createCache } from './cache.ts';
import { createPredictor, type Predictor } from './predictor.ts';

/** Models ready to answer; those asked for last stay in memory. */
export interface Loader {
  /** The predictor of the model of that id, of whatever project; undefined: there is none. */
  load(id: string): Promise<Predictor | undefined>;
  forget(id: string): void;
}

export function createLoader(database: Database, createKernels: CreateKernels, cacheBytes: number): Loader {
  const cache = createCache<Predictor>(cacheBytes);
  /** So that many first requests at once load a model once. */
  const loading = new Map<string, Promise<Predictor | undefined>>();

  async function fetch(id: string): Promise<Predictor | undefined> {
    const model = await findModel(database, id);
    if (!model) return undefined;
    const parameters = await readParameters(database, id);
    const predictor = createPredictor(readDescription(model.description), parameters, createKernels);
    cache.put(id, predictor, predictor.bytes);
    return predictor;
  }

  return {
    async load(id) {
      const ready = cache.get(id) ?? loading.get(id);
      if (ready) return ready;
      const fetching = fetch(id).finally(() => loading.delete(id));
      loading.set(id, fetching);
      return fetching;
    },
    forget: cache.drop,
  };
}

/** By layer and name, in the notes' shapes. */
export async function readParameters(database: Database, id: string): Promise<readonly Parameter[]> {
  return (await findParameters(database, id)).map(toParameter);
}

function toParameter({ layer, name, shape, bytes }: ParameterRow): Parameter {
  // Written from a Parameter, whose names these are.
  return { layer, name: name as ParameterName, shape: readShape(shape), values: fromFloat32Bytes(bytes) };
}
