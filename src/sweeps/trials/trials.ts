import { ServiceError } from '../../kit/contract/errors.ts';
import { toPage } from '../../kit/contract/pages.ts';
import type { Page } from '../../kit/contract/wire.ts';
import type { Database } from '../../store/database/database.ts';
import type { SweepRow } from '../../store/database/tables.ts';
import { objectivesOf } from '../request/objective.ts';
import { readSettings } from '../request/settings.ts';
import { decodeOffset, encodeOffset } from './offsets.ts';
import { paretoFrontNumbers } from './paretoFrontNumbers.ts';
import type { Trial, TrialsQuery } from './schemas.ts';
import { createTrialStore } from './trialStore.ts';
import { trialView } from './view.ts';

/** Reads the trials of a sweep. */
export interface Trials {
  list(sweep: SweepRow, query: TrialsQuery): Promise<Page<Trial>>;
  /** Throws ServiceError `trial_not_found`. */
  get(sweep: SweepRow, number: string | number): Promise<Trial>;
}

const WHOLE_NUMBER = /^(0|[1-9]\d{0,8})$/;

export function createTrials(database: Database): Trials {
  const store = createTrialStore(database);
  return {
    async list({ id, request }, { state: states = [], front, sort, order, after, limit }) {
      const offset = after === undefined ? 0 : decodeOffset(after);
      const objectives = objectivesOf(readSettings(request).objective);
      const numbers = front === 'true' ? paretoFrontNumbers(await store.succeeded(id), objectives) : undefined;
      const slice = await store.list(id, { states, numbers, sort, order, offset, limit });
      return toPage(slice, trialView, () => encodeOffset(offset + slice.rows.length));
    },

    async get({ id }, number) {
      const row = WHOLE_NUMBER.test(String(number)) ? await store.find(id, Number(number)) : undefined;
      if (row === undefined) throw new ServiceError('trial_not_found', `The sweep has no trial '${number}'.`);
      return trialView(row);
    },
  };
}
