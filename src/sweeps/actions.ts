import type { Clock } from '../kit/clock.ts';
import type { Tenant } from '../kit/contract/caller.ts';
import { ServiceError } from '../kit/contract/errors.ts';
import { invalid } from '../kit/contract/validation.ts';
import type { EventBus } from '../notifications/bus.ts';
import { sizeOf } from '../search/search.ts';
import type { Database, Queries } from '../store/database/database.ts';
import { toJson } from '../store/database/json.ts';
import type { SweepRow } from '../store/database/tables.ts';
import { applyToJobs } from './applyToJobs.ts';
import { MAX_TRIALS, type SweepSettings } from './request/schema.ts';
import { readSettings } from './request/settings.ts';
import { ranUntil } from './runTime.ts';
import type { Sweep } from './schemas.ts';
import { assertHasDataset, assertQueueLimit } from './store.ts';
import { cancelTrials, moveSweep, SWEEP_TRANSITIONS, type SweepTransition } from './transitions.ts';
import { failOpenSegments } from './trials/segmentStore.ts';

/**
 * Actions of clients on sweeps. Each throws ServiceError `sweep_wrong_state` if the state forbids
 * it.
 */
export interface SweepActions {
  /** Creates no more trials and pauses the running ones. No effect on a paused sweep. */
  pause(id: string): Promise<Sweep>;
  /**
   * Resumes a paused, cancelled or finished sweep with `trials` more trials. Throws `invalid_sweep`
   * if a sweep may not have that many, `sweep_wrong_state` if its dataset was deleted, and
   * `queued_jobs_quota`.
   */
  resume(id: string, trials?: number): Promise<Sweep>;
  /** Ends the sweep and cancels its open trials. No effect on a cancelled sweep. */
  cancel(id: string): Promise<Sweep>;
}

export interface SweepActionsDeps {
  readonly database: Database;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly tenant: Tenant;
  /** Throws ServiceError `sweep_not_found`. */
  readonly getRow: (id: string) => Promise<SweepRow>;
  readonly view: (row: SweepRow) => Promise<Sweep>;
}

/** The error that names the state of the sweep and the actions that it allows. */
export function wrongState({ state }: Pick<SweepRow, 'state'>, transition: SweepTransition): ServiceError {
  const possible = Object.entries(SWEEP_TRANSITIONS).flatMap(([other, states]) =>
    states.some((from) => from === state) ? [other] : [],
  );
  const remedies = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(possible);
  return new ServiceError(
    'sweep_wrong_state',
    `The sweep is ${state} and cannot be ${transition}. It can be ${remedies}.`,
  );
}

const JOB_ACTIONS = { paused: 'pause', resumed: 'resume', cancelled: 'cancel' } as const;

export function createSweepActions({ database, bus, clock, tenant, getRow, view }: SweepActionsDeps): SweepActions {
  /**
   * Moves the sweep and its jobs in one transaction with `alsoWrite`. False: its state forbids it.
   */
  const move = async (
    { id }: SweepRow,
    transition: keyof typeof JOB_ACTIONS,
    change: Partial<SweepRow>,
    alsoWrite: (queries: Queries) => Promise<void> = async () => {},
  ): Promise<boolean> => {
    const notifications = await database.transaction().execute(async (transaction) => {
      if (!(await moveSweep(transaction, id, transition, change))) return null;
      await alsoWrite(transaction);
      return applyToJobs(transaction, id, JOB_ACTIONS[transition], clock());
    });
    for (const item of notifications ?? []) bus.publish(item);
    return notifications !== null;
  };
  const publishAndView = async (id: string): Promise<Sweep> => {
    bus.publish({ kind: 'sweepActionRequested', sweepId: id });
    bus.publish({ kind: 'sweep', sweepId: id });
    return view(await getRow(id));
  };

  return {
    async pause(id) {
      const row = await getRow(id);
      const moved = await move(row, 'paused', ranUntil(row, clock()));
      if (!moved && row.state !== 'paused') throw wrongState(row, 'paused');
      return publishAndView(id);
    },

    async resume(id, more = 0) {
      const row = await getRow(id);
      const settings = readSettings(row.request);
      const trials = extendedTrialCount(more, settings);
      const request = toJson({ ...clearEndCondition(settings, row), search: { ...settings.search, trials } });
      const change = { runningSince: clock(), finishedAt: null, endedBy: null, error: null, request };
      const moved = await move(row, 'resumed', change, async (queries) => {
        const { queuedJobs } = tenant.quotas;
        if (!settings.external) await assertHasDataset(queries, id);
        if (queuedJobs !== null) await assertQueueLimit(queries, row.project, queuedJobs);
      });
      if (!moved) throw wrongState(row, 'resumed');
      return publishAndView(id);
    },

    async cancel(id) {
      const row = await getRow(id);
      const now = clock();
      const moved = await move(row, 'cancelled', { finishedAt: now, ...ranUntil(row, now) }, async (queries) => {
        await cancelTrials(queries, id, now);
        // External trials have no job that ends their segments. They count as failed if the sweep
        // is resumed.
        if (readSettings(row.request).external) await failOpenSegments(queries, id);
      });
      if (!moved && row.state !== 'cancelled') throw wrongState(row, 'cancelled');
      return publishAndView(id);
    },
  };
}

/**
 * Removes the condition that ended the sweep, because it would end the resumed sweep at once. A
 * time limit starts again.
 */
function clearEndCondition(settings: SweepSettings, { endedBy, ranMs }: SweepRow): SweepSettings {
  const { completion, maxSeconds } = settings;
  if (endedBy === 'target') return { ...settings, completion: { ...completion, target: null } };
  if (endedBy === 'noProgress') return { ...settings, completion: { ...completion, trialsWithoutProgress: null } };
  if (endedBy === 'seconds' && maxSeconds !== null) return { ...settings, maxSeconds: maxSeconds + ranMs / 1000 };
  return settings;
}

/**
 * The trial count after adding `more`, limited to the size of a grid. Throws `invalid_sweep` if
 * none can be added.
 */
function extendedTrialCount(more: number, { search, space }: SweepSettings): number {
  const have = search.trials;
  const size = sizeOf({ ...search, space });
  const issue = (message: string) => invalid('invalid_sweep', 'The resumption', [{ path: '/trials', message }]);
  if (more > 0 && have >= size)
    throw issue(`The sweep has a trial for each of the ${size} points of the grid. No trial can be added.`);
  const trials = Math.min(have + more, size);
  if (trials <= MAX_TRIALS) return trials;
  throw issue(`The sweep has ${have} trials, and the limit is ${MAX_TRIALS}. Add at most ${MAX_TRIALS - have} trials.`);
}
