import type { Clock } from '../kit/clock.ts';
import type { Tenant } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { mistaken } from '../kit/contract/validation.ts';
import type { NewsDesk } from '../notifications/bus.ts';
import { FAILED, sizeOf } from '../search/search.ts';
import type { Database, Queries } from '../store/database.ts';
import type { SweepRow, SweepState } from '../store/tables.ts';
import { askJobs, type Wish } from './askJobs.ts';
import { MOST_TRIALS, type SweepSettings } from './request/schema.ts';
import { readSettings } from './request/settings.ts';
import { ranUntil } from './runner/write.ts';
import type { Sweep } from './schemas.ts';
import { checkTrials } from './store.ts';

/** What clients ask of sweeps. Each throws `sweep_wrong_state` where it is not possible, which says what is. */
export interface SweepActions {
  /** No more trials are asked for, and those that run pause. To pause a paused sweep changes nothing. */
  pause(id: string): Promise<Sweep>;
  /** Goes on where it was paused, cancelled or over, with so many trials more. Throws `invalid_sweep` where that is more than a sweep may have, `sweep_wrong_state` where its dataset was deleted, and `queued_jobs_quota`. */
  resume(id: string, trials?: number): Promise<Sweep>;
  /** Ends it and cancels its trials; those that have ended stay. To cancel a cancelled sweep changes nothing. */
  cancel(id: string): Promise<Sweep>;
}

export interface SweepActionsParts {
  readonly database: Database;
  readonly news: NewsDesk;
  readonly clock: Clock;
  readonly tenant: Tenant;
  /** Throws when there is none of that id. */
  readonly found: (id: string) => Promise<SweepRow>;
  readonly view: (row: SweepRow) => Promise<Sweep>;
}

const FROM = {
  paused: ['running'],
  resumed: ['paused', 'succeeded', 'failed', 'cancelled'],
  cancelled: ['running', 'paused'],
  deleted: ['succeeded', 'failed', 'cancelled'],
} as const satisfies Readonly<Record<string, readonly SweepState[]>>;
type Done = keyof typeof FROM;

/** Says in which state the sweep is, and what is possible there. */
export function wrongState({ state }: Pick<SweepRow, 'state'>, done: Done): ServiceError {
  const possible = Object.entries(FROM).flatMap(([other, states]) =>
    states.some((from) => from === state) ? [other] : [],
  );
  const remedies = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(possible);
  return new ServiceError('sweep_wrong_state', `The sweep is ${state}: it cannot be ${done}. It can be ${remedies}.`);
}

export function createSweepActions({ database, news, clock, tenant, found, view }: SweepActionsParts): SweepActions {
  /** Moves the sweep and asks its jobs, both or neither. False: the sweep was in no state for it. `more` goes with it. */
  const move = async (
    { id }: SweepRow,
    [done, wish]: readonly [Done, Wish],
    change: Partial<SweepRow>,
    more: (queries: Queries) => Promise<void> = async () => {},
  ): Promise<boolean> => {
    const told = await database.transaction().execute(async (transaction) => {
      const moved = await transaction
        .updateTable('sweeps')
        .set(change)
        .where('id', '=', id)
        .where('state', 'in', FROM[done])
        .executeTakeFirst();
      if (moved.numUpdatedRows === 0n) return null;
      await more(transaction);
      return askJobs(transaction, id, wish, clock());
    });
    for (const item of told ?? []) news.publish(item);
    return told !== null;
  };
  const tell = async (id: string): Promise<Sweep> => {
    news.publish({ kind: 'sweepWish', sweepId: id });
    news.publish({ kind: 'sweep', sweepId: id });
    return view(await found(id));
  };

  return {
    async pause(id) {
      const row = await found(id);
      const moved = await move(row, ['paused', 'pause'], { state: 'paused', ...ranUntil(row, clock()) });
      if (!moved && row.state !== 'paused') throw wrongState(row, 'paused');
      return tell(id);
    },

    async resume(id, more = 0) {
      const row = await found(id);
      const settings = readSettings(row.request);
      const trials = trialsWith(more, settings);
      const request = JSON.stringify({ ...pastItsEnd(settings, row), search: { ...settings.search, trials } });
      const going = { state: 'running', runningSince: clock(), finishedAt: null, endedBy: null, error: null } as const;
      const moved = await move(row, ['resumed', 'resume'], { ...going, request }, async (queries) => {
        const { queuedJobs } = tenant.quotas;
        if (!settings.external) await demandDataset(queries, id);
        if (queuedJobs !== null) await checkTrials(queries, row.project, queuedJobs);
      });
      if (!moved) throw wrongState(row, 'resumed');
      return tell(id);
    },

    async cancel(id) {
      const row = await found(id);
      const now = clock();
      const ended = { state: 'cancelled', finishedAt: now, ...ranUntil(row, now) } as const;
      const moved = await move(row, ['cancelled', 'cancel'], ended, async (queries) => {
        await cancelTrials(queries, id, now);
        if (readSettings(row.request).external) await endOpenLegs(queries, id);
      });
      if (!moved && row.state !== 'cancelled') throw wrongState(row, 'cancelled');
      return tell(id);
    },
  };
}

async function cancelTrials(queries: Queries, sweepId: string, now: number): Promise<void> {
  await queries
    .updateTable('trials')
    .set({ state: 'cancelled', finishedAt: now, leaseUntil: null })
    .where('sweepId', '=', sweepId)
    .where('state', 'in', ['running', 'paused'])
    .execute();
}

/** The settings without what has ended the sweep, which would end it again at once: whoever resumes it wants more. It has its time once more. */
function pastItsEnd(settings: SweepSettings, { endedBy, ranMs }: SweepRow): SweepSettings {
  const { completion, maxSeconds } = settings;
  if (endedBy === 'target') return { ...settings, completion: { ...completion, target: null } };
  if (endedBy === 'noProgress') return { ...settings, completion: { ...completion, trialsWithoutProgress: null } };
  if (endedBy === 'seconds' && maxSeconds !== null) return { ...settings, maxSeconds: maxSeconds + ranMs / 1000 };
  return settings;
}

/** A sweep that is over holds its dataset no longer. */
async function demandDataset(queries: Queries, sweepId: string): Promise<void> {
  const { datasetId } = await queries
    .selectFrom('sweeps')
    .select('datasetId')
    .where('id', '=', sweepId)
    .executeTakeFirstOrThrow();
  if (datasetId !== null) return;
  const detail = 'The dataset of the sweep was deleted: upload it again and begin a new sweep.';
  throw new ServiceError('sweep_wrong_state', detail);
}

/** No job will say what came of trials that somebody else runs: they count as failed should the sweep be resumed. */
async function endOpenLegs(queries: Queries, sweepId: string): Promise<void> {
  await queries
    .updateTable('legs')
    .set({ result: JSON.stringify(FAILED) })
    .where('sweepId', '=', sweepId)
    .where('result', 'is', null)
    .execute();
}

/** How many trials the sweep has with so many more: of a grid as many as are left. Throws `invalid_sweep` where it may have no more. */
function trialsWith(more: number, { search, space }: SweepSettings): number {
  const have = search.trials;
  const size = sizeOf({ ...search, space });
  const refuse = (message: string) => mistaken('invalid_sweep', 'The resumption', [{ path: '/trials', message }]);
  if (more > 0 && have >= size)
    throw refuse(`All ${size} points of the grid are trials of the sweep: there are no more.`);
  const trials = Math.min(have + more, size);
  if (trials <= MOST_TRIALS) return trials;
  throw refuse(`The sweep has ${have} trials and may have ${MOST_TRIALS}: at most ${MOST_TRIALS - have} can be added.`);
}
