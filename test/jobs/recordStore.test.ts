import { describe, expect, it } from 'vitest';
import { START } from '../../src/jobs/events/position.ts';
import { createEventStore } from '../../src/jobs/events/store.ts';
import { recordLogs, recordStates } from '../../src/jobs/recordStore.ts';
import { insertEpochs } from '../http/streams/service.ts';
import { insertDataset } from './datasets.ts';
import { openJobs } from './fixtures.ts';

const INFO = { level: 'info', code: 'note', message: 'A note.' } as const;

async function openSequence() {
  const { database, jobs } = openJobs();
  const datasetId = await insertDataset(database);
  const submit = async () => (await jobs.submit({ datasetId, target: 'species', ensemble: null })).id;
  const id = await submit();
  const positions = async (jobId: string) =>
    (await createEventStore(database).after(jobId, START)).rows.map(({ type, epoch }) => `${type} ${epoch}`);
  return { database, id, submit, positions };
}

describe('recorded events', () => {
  it('follow all epochs and events in the sequence of their job', async () => {
    const { database, id, submit, positions } = await openSequence();
    const other = await submit();
    await insertEpochs(database, id, 1, 3);
    await recordLogs(database, [id, other], [INFO, INFO]);
    await insertEpochs(database, id, 4, 4);
    await recordStates(database, [{ id, state: 'paused', attempts: 1, modelId: null, error: null }]);
    expect(await positions(id)).toEqual([
      'state 0',
      'epoch 1',
      'epoch 2',
      'epoch 3',
      'log 3',
      'log 3',
      'epoch 4',
      'state 4',
    ]);
    expect(await positions(other)).toEqual(['state 0', 'log 0', 'log 0']);
  });

  it('never precede an event, also when epochs are trained again', async () => {
    const { database, id, positions } = await openSequence();
    await insertEpochs(database, id, 1, 5);
    await recordLogs(database, [id], [INFO]);
    await database.deleteFrom('losses').where('epoch', '>', 2).execute();
    await recordLogs(database, [id], [INFO]);
    expect(await positions(id)).toEqual(['state 0', 'epoch 1', 'epoch 2', 'log 5', 'log 5']);
  });

  it('show a state with the error of a failed job', async () => {
    const { database, id } = await openSequence();
    const error = JSON.stringify({ code: 'loss_diverged', message: 'The loss is not finite.' });
    await recordStates(database, [{ id, state: 'failed', attempts: 2, modelId: null, error }]);
    const { rows } = await createEventStore(database).after(id, START);
    expect(rows.at(-1)).toMatchObject({ data: `{"state":"failed","attempts":2,"modelId":null,"error":${error}}` });
  });

  it('of many jobs are recorded in several statements', async () => {
    const { database, id } = await openSequence();
    const newest = await createEventStore(database).newest();
    await recordLogs(database, Array(7_000).fill(id), [INFO]);
    expect(await createEventStore(database).newest()).toBe(newest + 7_000);
  });
});
