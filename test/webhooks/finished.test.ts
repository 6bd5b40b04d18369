import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { startDeliverer } from '../../src/webhooks/deliverer.ts';
import { createOutboxStore } from '../../src/webhooks/outboxStore.ts';
import { createSender } from '../../src/webhooks/send.ts';
import { createWebhooks } from '../../src/webhooks/service.ts';
import { startSupervisor } from '../../src/worker/supervisor.ts';
import { insertDataset } from '../jobs/datasets.ts';
import { log, openJobs } from '../jobs/fixtures.ts';
import { TENANT } from '../support/access.ts';
import { openReceiver } from './receiver.ts';

const ENTRY = fileURLToPath(new URL('../worker/workerEntry.ts', import.meta.url));
const SCRIPTED = fileURLToPath(new URL('../worker/threads/scripted.ts', import.meta.url));

it('sends the models and the errors of jobs that a worker has ended', async () => {
  const { folder, database, jobs, bus } = openJobs();
  const receiver = await openReceiver();
  const send = createSender({ allowPrivate: true, userAgent: 'trainyard/test', clock: Date.now });
  const webhooks = createWebhooks({ database, send, allowPrivate: true, clock: Date.now }, TENANT);
  await webhooks.create({ url: receiver.url, events: ['job.succeeded', 'job.failed'] });
  const deliverer = startDeliverer({
    outbox: createOutboxStore(database),
    send,
    clock: Date.now,
    random: Math.random,
    log,
  });
  onTestFinished(deliverer.stop);
  const args = [join(folder, 'trainyard.sqlite'), SCRIPTED];
  const supervisor = startSupervisor({ database, module: ENTRY, args, bus, clock: Date.now, log });
  onTestFinished(supervisor.stop);
  const datasetId = await insertDataset(database);
  for (const name of ['plain', 'fails']) await jobs.submit({ name, datasetId, target: 'species', ensemble: null });
  const messages = (await receiver.called(2)).map(({ body }) => JSON.parse(body));
  expect(messages.toSorted((a, b) => b.type.localeCompare(a.type))).toMatchObject([
    { type: 'job.succeeded', data: { name: 'plain', datasetId, modelId: expect.stringMatching(/^mdl_/), error: null } },
    { type: 'job.failed', data: { name: 'fails', modelId: null, error: { code: 'internal_error' } } },
  ]);
});
