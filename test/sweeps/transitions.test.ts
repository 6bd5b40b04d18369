import { describe, expect, it } from 'vitest';
import {
  cancelTrials,
  endSweep,
  endTrial,
  failExpired,
  insertSweep,
  insertTrials,
  moveSweep,
  prunePaused,
  resumeTrial,
} from '../../src/sweeps/transitions.ts';
import { openJobs } from '../jobs/fixtures.ts';
import { readSource, sourceFiles, writesState } from '../support/sourceTree.ts';

const NOW = Date.UTC(2026, 10, 23, 8);
const SWEEP = {
  id: 'swp_1',
  project: 'default',
  name: 'search',
  datasetId: null,
  state: 'running',
  request: '{"external":true,"parallel":1}',
  endedBy: null,
  error: null,
  ranMs: 0,
  runningSince: NOW,
  createdAt: NOW,
  finishedAt: null,
} as const;
const TRIAL = { sweepId: 'swp_1', number: 0, parameters: '{"a":1}', createdAt: NOW, state: 'running' } as const;

type Event = readonly [type: string, data: { readonly state?: string; readonly number?: number }];

/** The columns of a sweep that does not run, and of a final one. */
const STOPPED = { runningSince: null } as const;
const ENDED = { ...STOPPED, finishedAt: NOW } as const;

/** A database with a running sweep, and a webhook that subscribes to the failure of sweeps. */
async function openSweep() {
  const { database } = openJobs();
  const webhook = { id: 'whk_1', project: 'default', url: 'https://example.com', secret: 'whsec_', createdAt: NOW };
  await database
    .insertInto('webhooks')
    .values({ ...webhook, events: '["sweep.failed"]' })
    .execute();
  await insertSweep(database, SWEEP);
  /** The type and the data of each event, the oldest first. */
  const events = async (): Promise<readonly Event[]> => {
    const rows = await database.selectFrom('sweepEvents').select(['type', 'data']).orderBy('id').execute();
    return rows.map(({ type, data }): Event => [type, JSON.parse(data)]);
  };
  const trial = () => database.selectFrom('trials').selectAll().executeTakeFirstOrThrow();
  const deliveries = () => database.selectFrom('deliveries').select(['type', 'payload', 'nextAt']).execute();
  return { database, events, trial, deliveries };
}

describe('a transition of a sweep', () => {
  it('writes an event with the state', async () => {
    const { database, events } = await openSweep();
    expect(await moveSweep(database, 'swp_1', 'paused', { ranMs: 5, ...STOPPED })).toBe(true);
    expect(await moveSweep(database, 'swp_1', 'resumed', { runningSince: NOW })).toBe(true);
    const error = JSON.stringify({ code: 'no_trial_succeeded', message: '' });
    await endSweep(database, 'swp_1', 'failed', { endedBy: 'trials', error, ...ENDED });
    const none = { endedBy: null, error: null };
    expect(await events()).toEqual([
      ['state', { state: 'running', ...none }],
      ['state', { state: 'paused', ...none }],
      ['state', { state: 'running', ...none }],
      ['state', { state: 'failed', endedBy: 'trials', error: { code: 'no_trial_succeeded', message: '' } }],
    ]);
  });

  it('writes nothing when the state forbids it', async () => {
    const { database, events } = await openSweep();
    expect(await moveSweep(database, 'swp_1', 'resumed', {})).toBe(false);
    expect(await moveSweep(database, 'swp_2', 'paused', STOPPED)).toBe(false);
    await moveSweep(database, 'swp_1', 'paused', STOPPED);
    await endSweep(database, 'swp_1', 'succeeded', ENDED);
    expect((await events()).map(([, { state }]) => state)).toEqual(['running', 'paused']);
  });

  it('adds the deliveries of a final state in the same transaction', async () => {
    const { database, deliveries } = await openSweep();
    const error = { code: 'no_trial_succeeded', message: 'None.' };
    const end = { endedBy: 'space', error: JSON.stringify(error), ...ENDED } as const;
    const failing = database.transaction().execute(async (transaction) => {
      await endSweep(transaction, 'swp_1', 'failed', end);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await deliveries()).toEqual([]);
    await endSweep(database, 'swp_1', 'failed', end);
    const data = { sweepId: 'swp_1', name: 'search', state: 'failed', datasetId: null, endedBy: 'space', error };
    const payload = JSON.stringify({ type: 'sweep.failed', timestamp: '2026-11-23T08:00:00.000Z', data });
    expect(await deliveries()).toEqual([{ type: 'sweep.failed', payload, nextAt: NOW }]);
    await moveSweep(database, 'swp_1', 'resumed', { runningSince: NOW, endedBy: null, error: null, finishedAt: null });
    await moveSweep(database, 'swp_1', 'cancelled', ENDED);
    expect(await deliveries()).toHaveLength(1);
  });
});

describe('a transition of a trial', () => {
  const states = (events: readonly Event[]) =>
    events.filter(([type]) => type === 'trial').map(([, { state }]) => state);

  it('writes an event with the state and the outcome', async () => {
    const { database, events } = await openSweep();
    await insertTrials(database, [TRIAL]);
    await endTrial(database, TRIAL, 'paused', { objective: 0.5 });
    expect(await resumeTrial(database, TRIAL)).toBe(false);
    await endTrial(database, TRIAL, 'succeeded', { objective: 0.25, finishedAt: NOW });
    const shown = { number: 0, parameters: { a: 1 }, jobId: null };
    expect((await events()).slice(1)).toEqual([
      ['trial', { ...shown, state: 'running', objective: null }],
      ['trial', { ...shown, state: 'paused', objective: 0.5 }],
      ['trial', { ...shown, state: 'running', objective: 0.5 }],
      ['trial', { ...shown, state: 'succeeded', objective: 0.25 }],
    ]);
  });

  it('reports whether a resumed trial had ended', async () => {
    const { database, events } = await openSweep();
    await insertTrials(database, [TRIAL]);
    await endTrial(database, TRIAL, 'paused', {});
    expect(await prunePaused(database, 'swp_1', NOW)).toEqual([]);
    expect(await resumeTrial(database, TRIAL)).toBe(true);
    expect(states(await events())).toEqual(['running', 'paused', 'pruned', 'running']);
  });

  it('writes the outcome of a cancelled trial without a second event', async () => {
    const { database, events, trial } = await openSweep();
    await insertTrials(database, [TRIAL]);
    await cancelTrials(database, 'swp_1', NOW);
    await endTrial(database, TRIAL, 'cancelled', { epochs: 7 });
    expect(await trial()).toMatchObject({ state: 'cancelled', epochs: 7 });
    expect(states(await events())).toEqual(['running', 'cancelled']);
  });

  it('does not change a trial that has ended', async () => {
    const { database, events, trial } = await openSweep();
    await insertTrials(database, [{ ...TRIAL, state: 'failed', error: '{}', finishedAt: NOW }]);
    await cancelTrials(database, 'swp_1', NOW);
    await resumeTrial(database, TRIAL);
    await endTrial(database, TRIAL, 'succeeded', { objective: 1 });
    expect(await trial()).toMatchObject({ state: 'failed', objective: null });
    expect(states(await events())).toEqual(['failed']);
  });

  it('fails only the trials whose lease has expired', async () => {
    const { database, events } = await openSweep();
    for (const [number, leaseUntil] of [NOW - 1, NOW].entries())
      await insertTrials(database, [{ ...TRIAL, number, leaseUntil }]);
    expect(await failExpired(database, 'swp_1', '{"code":"lease_expired"}', NOW)).toEqual([0]);
    expect(states(await events())).toEqual(['running', 'running', 'failed']);
  });

  it('writes an event for each of thousands of trials', async () => {
    const { database, events } = await openSweep();
    const trials = Array.from({ length: 2500 }, (_, number) => ({ ...TRIAL, number }));
    await database.insertInto('trials').values(trials).execute();
    await cancelTrials(database, 'swp_1', NOW);
    const numbers = (await events()).slice(1).map(([, { number = -1 }]) => number);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2500 }, (_, number) => number));
  });
});

it.each(['sweeps', 'trials'])('only sweeps/transitions.ts writes the states of %s', (table) => {
  const writing = sourceFiles.filter((file) => writesState(readSource(file), table));
  expect(writing).toEqual(['sweeps/transitions.ts']);
});
