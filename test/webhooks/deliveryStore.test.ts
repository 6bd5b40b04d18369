import { describe, expect, it } from 'vitest';
import { enqueueDeliveries } from '../../src/webhooks/deliveryStore.ts';
import { openWebhooks } from './testService.ts';

const URL = 'https://127.0.0.1:9/';
const FAILED = { project: 'default', type: 'sweep.failed', data: { sweepId: 'swp_1', error: null } } as const;

describe('enqueueDeliveries', () => {
  it('adds a pending delivery for each webhook of the project that subscribes to the event', async () => {
    const { database, webhooks, time } = openWebhooks();
    const subscribed = [await webhooks.create({ url: URL, events: ['sweep.failed'] })];
    subscribed.push(await webhooks.create({ url: URL, events: ['job.failed', 'sweep.failed'] }));
    await webhooks.create({ url: URL, events: ['sweep.succeeded'] });
    await enqueueDeliveries(database, { ...FAILED, at: time.now });
    await enqueueDeliveries(database, { ...FAILED, project: 'other', at: time.now });
    const rows = await database.selectFrom('deliveries').selectAll().orderBy('webhookId').execute();
    expect(rows.map(({ webhookId }) => webhookId)).toEqual(subscribed.map(({ id }) => id));
    expect(rows[0]).toMatchObject({ type: 'sweep.failed', state: 'pending', nextAt: time.now, createdAt: time.now });
    expect(rows[0]?.payload).toBe(
      '{"type":"sweep.failed","timestamp":"2026-11-23T08:00:00.000Z","data":{"sweepId":"swp_1","error":null}}',
    );
  });

  it('adds nothing when the transaction is rolled back', async () => {
    const { database, webhooks, time } = openWebhooks();
    await webhooks.create({ url: URL, events: ['sweep.failed'] });
    const failing = database.transaction().execute(async (transaction) => {
      await enqueueDeliveries(transaction, { ...FAILED, at: time.now });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await database.selectFrom('deliveries').selectAll().execute()).toEqual([]);
  });
});
