import type { Clock } from '../../kit/clock.ts';
import type { NextStep } from '../../search/search.ts';
import { toJson } from '../../store/database/json.ts';
import { assertCurrent, StaleSweepError } from '../store.ts';
import { insertTrials } from '../transitions.ts';
import { insertSegments } from '../trials/segmentStore.ts';
import { type DecideDeps, decide, end } from './decide.ts';
import { loadSnapshot, renewExpired, type SweepSnapshot } from './externalStore.ts';

export interface AskDeps extends DecideDeps {
  readonly clock: Clock;
}

export interface Asked {
  /** The number of the leased trial; null: there is none. */
  readonly trial: number | null;
  /** The trial that must have a result before there is another; null: the sweep is not running. */
  readonly waitFor: number | null;
}

/**
 * Limits the retries. Other processes that ask at the same moment are first a few times at most.
 */
const MAX_ATTEMPTS = 100;

/** Leases the next trial. Retries if another process changes the sweep meanwhile. */
export async function askWithRetry(deps: AskDeps, id: string, leaseMs: number): Promise<Asked> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await deps.searchCache.runExclusive(id, () => askOnce(deps, id, leaseMs));
    } catch (error) {
      if (!(error instanceof StaleSweepError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function askOnce(deps: AskDeps, id: string, leaseMs: number): Promise<Asked> {
  const { database, bus, clock } = deps;
  const snapshot = await loadSnapshot(database, id);
  if (snapshot === undefined) return { trial: null, waitFor: null };
  const now = clock();
  const next = await decide(deps, snapshot, now);
  switch (next.kind) {
    case 'again':
      if (!(await renewExpired(database, { sweepId: id, number: next.trial }, now, leaseMs)))
        throw new StaleSweepError(`trial ${next.trial} was leased again`);
      return { trial: next.trial, waitFor: null };
    case 'wait':
      return { trial: null, waitFor: next.segment };
    case 'end': {
      const [first] = snapshot.out;
      const isOver = await end(deps, snapshot.row, next.reason, now);
      return { trial: null, waitFor: isOver ? null : (first ?? null) };
    }
    case 'resume':
      throw new TypeError('an external trial has one segment');
    case 'ask':
      await createTrial(deps, snapshot, next, now, leaseMs);
      bus.publish({ kind: 'sweep', sweepId: id });
      return { trial: snapshot.trials, waitFor: null };
  }
}

/**
 * Writes a new leased trial with its segment. Throws StaleSweepError if another process was first.
 */
async function createTrial(
  { database }: AskDeps,
  snapshot: SweepSnapshot,
  { parameters, limits }: Extract<NextStep, { kind: 'ask' }>,
  now: number,
  leaseMs: number,
): Promise<void> {
  const { row, trials: number, written } = snapshot;
  const trial = {
    sweepId: row.id,
    number,
    parameters: toJson(parameters),
    state: 'running',
    leaseUntil: now + leaseMs,
    leaseMs,
    createdAt: now,
  } as const;
  const segment = {
    sweepId: row.id,
    number: written,
    trial: number,
    limits: limits.length > 0 ? toJson(limits) : null,
  };
  await database.transaction().execute(async (transaction) => {
    await assertCurrent(transaction, snapshot);
    await insertTrials(transaction, [trial]);
    await insertSegments(transaction, [segment]);
  });
}
