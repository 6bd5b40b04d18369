import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { startSupervisor } from '../../../src/worker/supervisor.ts';
import { openStreams } from './service.ts';
import { openStream, type ReceivedEvent, words } from './sse.ts';

const ENTRY = fileURLToPath(new URL('../../worker/workerEntry.ts', import.meta.url));
const SCRIPTED = fileURLToPath(new URL('../../worker/threads/scripted.ts', import.meta.url));

it('reports each epoch once when the worker is killed during training', async () => {
  const { folder, database, jobs, bus, address, submit } = await openStreams();
  const args = [join(folder, 'trainyard.sqlite'), SCRIPTED];
  const supervisor = startSupervisor({
    database,
    module: ENTRY,
    args,
    bus,
    clock: Date.now,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(supervisor.stop);
  const id = await submit('never ends');
  const received: ReceivedEvent[] = [];
  for await (const event of (await openStream(`${address}/v1/jobs/${id}/events`)).events()) {
    received.push(event);
    if (words(event) === 'epoch 1') process.kill(supervisor.pid() ?? 0, 'SIGKILL');
    if (words(event) === 'training_started' && event.id.startsWith('1-')) await jobs.cancel(id);
  }
  expect(received.map(words)).toEqual([
    ...['queued', 'running', 'training_started', 'epoch 1'],
    ...['queued', 'worker_died', 'running', 'training_started', 'cancelled'],
  ]);
  expect(received.filter(({ event }) => event === 'state').map(({ data }) => data.attempts)).toEqual([0, 1, 1, 2, 2]);
});
