import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { CreateKernels } from '../../../engine/kernels/kernels.ts';
import type { Database } from '../../../store/database/database.ts';
import type { ModelRow } from '../../../store/database/tables.ts';
import { findModel } from '../modelStore.ts';
import { readNetworks } from '../storedNetworks.ts';
import { createCache } from './cache.ts';
import { createMember, type Member } from './member.ts';
import { createPredictor, type Predictor } from './predictor.ts';

/** Models ready to answer; those asked for last stay in memory. */
export interface Loader {
  /** The predictor of the model of that id, of whatever project; undefined: there is none. */
  load(id: string): Promise<Predictor | undefined>;
  evict(id: string): void;
}

export function createLoader(database: Database, createKernels: CreateKernels, cacheBytes: number): Loader {
  const cache = createCache<Predictor>(cacheBytes);
  /** So that many first requests at once load a model once. */
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
    for await (const { description, parameters } of readNetworks(database, model)) {
      // Members are mostly fitted to the same rows in the same way: one copy then, and inputs that are made once for all of them.
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
