import type { Clock } from '../kit/clock.ts';
import type { Tenant } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { invalid } from '../kit/contract/validation.ts';
import type { EventBus } from '../notifications/bus.ts';
import { FAILED, sizeOf } from '../search/search.ts';
import type { Database, Queries } from '../store/database/database.ts';
import type { SweepRow, SweepState } from '../store/database/tables.ts';
import { applyToJobs, type JobAction } from './applyToJobs.ts';
import { MAX_TRIALS, type SweepSettings } from './request/schema.ts';
import { readSettings } from './request/settings.ts';
import { ranUntil } from './runner/write.ts';
import type { Sweep } from './schemas.ts';
import { assertQueueLimit } from './store.ts';

/** What clients ask of sweeps. Each throws `sweep_wrong_state` where it is not possible, which says what is. */
export interface SweepActions {
  /** No more trials are asked for, and those that run pause. To pause a paused sweep changes nothing. */
  pause(id: string): Promise<Sweep>;
  /** Goes on where it was paused, cancelled or over, with so many trials more. Throws `invalid_sweep` where that is more than a sweep may have, `sweep_wrong_state` where its dataset was deleted, and `queued_jobs_quota`. */
  resume(id: string, trials?: number): Promise<Sweep>;
  /** Ends it and cancels its trials; those that have ended stay. To cancel a cancelled sweep changes nothing. */
  cancel(id: string): Promise<Sweep>;
}

export interface SweepActionsDeps {
  readonly database: Database;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly tenant: Tenant;
  /** Throws when there is none of that id. */
  readonly getRow: (id: string) => Promise<SweepRow>;
  readonly view: (row: SweepRow) => Promise<Sweep>;
}

const ALLOWED_FROM = {
  paused: ['running'],
  resumed: ['paused', 'succeeded', 'failed', 'cancelled'],
  cancelled: ['running', 'paused'],
  deleted: ['succeeded', 'failed', 'cancelled'],
} as const satisfies Readonly<Record<string, readonly SweepState[]>>;
type Transition = keyof typeof ALLOWED_FROM;

/** Says in which state the sweep is, and what is possible there. */
export function wrongState({ state }: Pick<SweepRow, 'state'>, transition: Transition): ServiceError {
  const possible = Object.entries(ALLOWED_FROM).flatMap(([other, states]) =>
    states.some((from) => from === state) ? [other] : [],
  );
  const remedies = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(possible);
  return new ServiceError(
    'sweep_wrong_state',
    `The sweep is ${state}: it cannot be ${transition}. It can be ${remedies}.`,
  );
}

export function createSweepActions({ database, bus, clock, tenant, getRow, view }: SweepActionsDeps): SweepActions {
  /** Moves the sweep and asks its jobs, both or neither. False: the sweep was in no state for it. `more` goes with it. */
  const move = async (
    { id }: SweepRow,
    [transition, action]: readonly [Transition, JobAction],
    change: Partial<SweepRow>,
    alsoWrite: (queries: Queries) => Promise<void> = async () => {},
  ): Promise<boolean> => {
    const changes = await database.transaction().execute(async (transaction) => {
      const moved = await transaction
        .updateTable('sweeps')
        .set(change)
        .where('id', '=', id)
        .where('state', 'in', ALLOWED_FROM[transition])
        .executeTakeFirst();
      if (moved.numUpdatedRows === 0n) return null;
      await alsoWrite(transaction);
      return applyToJobs(transaction, id, action, clock());
    });
    for (const item of changes ?? []) bus.publish(item);
    return changes !== null;
  };
  const publishAndView = async (id: string): Promise<Sweep> => {
    bus.publish({ kind: 'sweepActionRequested', sweepId: id });
    bus.publish({ kind: 'sweep', sweepId: id });
    return view(await getRow(id));
  };

  return {
    async pause(id) {
      const row = await getRow(id);
      const moved = await move(row, ['paused', 'pause'], { state: 'paused', ...ranUntil(row, clock()) });
      if (!moved && row.state !== 'paused') throw wrongState(row, 'paused');
      return publishAndView(id);
    },

    async resume(id, more = 0) {
      const row = await getRow(id);
      const settings = readSettings(row.request);
      const trials = extendedTrialCount(more, settings);
      const request = JSON.stringify({ ...clearEndCondition(settings, row), search: { ...settings.search, trials } });
      const going = { state: 'running', runningSince: clock(), finishedAt: null, endedBy: null, error: null } as const;
      const moved = await move(row, ['resumed', 'resume'], { ...going, request }, async (queries) => {
        const { queuedJobs } = tenant.quotas;
        if (!settings.external) await assertDatasetExists(queries, id);
        if (queuedJobs !== null) await assertQueueLimit(queries, row.project, queuedJobs);
      });
      if (!moved) throw wrongState(row, 'resumed');
      return publishAndView(id);
    },

    async cancel(id) {
      const row = await getRow(id);
      const now = clock();
      const ended = { state: 'cancelled', finishedAt: now, ...ranUntil(row, now) } as const;
      const moved = await move(row, ['cancelled', 'cancel'], ended, async (queries) => {
        await cancelTrials(queries, id, now);
        if (readSettings(row.request).external) await failOpenSegments(queries, id);
      });
      if (!moved && row.state !== 'cancelled') throw wrongState(row, 'cancelled');
      return publishAndView(id);
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
function clearEndCondition(settings: SweepSettings, { endedBy, ranMs }: SweepRow): SweepSettings {
  const { completion, maxSeconds } = settings;
  if (endedBy === 'target') return { ...settings, completion: { ...completion, target: null } };
  if (endedBy === 'noProgress') return { ...settings, completion: { ...completion, trialsWithoutProgress: null } };
  if (endedBy === 'seconds' && maxSeconds !== null) return { ...settings, maxSeconds: maxSeconds + ranMs / 1000 };
  return settings;
}

/** A sweep that is over holds its dataset no longer. */
async function assertDatasetExists(queries: Queries, sweepId: string): Promise<void> {
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
async function failOpenSegments(queries: Queries, sweepId: string): Promise<void> {
  await queries
    .updateTable('legs')
    .set({ result: JSON.stringify(FAILED) })
    .where('sweepId', '=', sweepId)
    .where('result', 'is', null)
    .execute();
}

/** How many trials the sweep has with so many more: of a grid as many as are left. Throws `invalid_sweep` where it may have no more. */
function extendedTrialCount(more: number, { search, space }: SweepSettings): number {
  const have = search.trials;
  const size = sizeOf({ ...search, space });
  const issue = (message: string) => invalid('invalid_sweep', 'The resumption', [{ path: '/trials', message }]);
  if (more > 0 && have >= size)
    throw issue(`All ${size} points of the grid are trials of the sweep: there are no more.`);
  const trials = Math.min(have + more, size);
  if (trials <= MAX_TRIALS) return trials;
  throw issue(`The sweep has ${have} trials and may have ${MAX_TRIALS}: at most ${MAX_TRIALS - have} can be added.`);
}
