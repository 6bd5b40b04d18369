import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { CreateKernels } from '../../../engine/kernels/kernels.ts';
import type { Database } from '../../../store/database/database.ts';
import type { ModelRow } from '../../../store/database/tables.ts';
import { readAnyDescription } from '../description.ts';
import { findModel } from '../modelStore.ts';
import { openModel } from '../storedNetworks.ts';
import { createCache } from './cache.ts';
import { createMember, type Member } from './member.ts';
import { createPredictor, type Predictor } from './predictor.ts';

/** Loads models for prediction and caches the most recently used. */
export interface Loader {
  /**
   * The predictor of the model with that id, of any project; undefined if the model does not exist.
   */
  load(id: string): Promise<Predictor | undefined>;
  evict(id: string): void;
}

const DEFAULT_CACHE_BYTES = 512 * 2 ** 20;

export function createLoader(
  database: Database,
  createKernels: CreateKernels,
  cacheBytes = DEFAULT_CACHE_BYTES,
): Loader {
  const cache = createCache<Predictor>(cacheBytes);
  /** Concurrent first requests share one load. */
  const loading = new Map<string, Promise<Predictor | undefined>>();

  async function fetch(id: string): Promise<Predictor | undefined> {
    const model = await findModel(database, id);
    if (!model) return undefined;
    const predictor = createPredictor(await readMembersOf(model));
    cache.put(id, predictor, predictor.bytes);
    return predictor;
  }

  async function readMembersOf(model: ModelRow): Promise<readonly Member[]> {
    const members: Member[] = [];
    const stored = openModel(database, model, readAnyDescription(model.description));
    for await (const { description, parameters } of stored.networks()) {
      // Most members have equal features. Sharing one copy saves memory, and its inputs are
      // computed once for all.
      const known = members.find(({ features }) => isDeepStrictEqual(features, description.features));
      const features = known?.features ?? description.features;
      members.push(createMember({ ...description, features }, parameters, createKernels));
      await setImmediate();
    }
    return members;
  }

  return {
    async load(id) {
      const ready = cache.get(id) ?? loading.get(id);
      if (ready) return ready;
      const fetching = fetch(id).finally(() => loading.delete(id));
      loading.set(id, fetching);
      return fetching;
    },
    evict: cache.drop,
  };
}
