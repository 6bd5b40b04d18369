import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../../src/access/authentication.ts';
import { recordLogs } from '../../../src/jobs/recordStore.ts';
import { createQueue } from '../../../src/worker/queue/queueStore.ts';
import { OPEN_GUARD } from '../../support/access.ts';
import { insertEpochs, move, openStreams } from './service.ts';
import { blocksOf, openStream, type ReceivedEvent, words } from './sse.ts';

const EPOCHS = 10_000;

describe('the events of a job', () => {
  it('are sent in order from the first one, and end with the final state', async () => {
    const { database, jobs, address, submit } = await openStreams();
    const id = await submit();
    const stream = await openStream(`${address}/v1/jobs/${id}/events`);
    expect(stream.answer.headers).toMatchObject({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    expect(stream.answer.headers).not.toHaveProperty('content-encoding');
    const received = stream.read();
    await move(database, id, 'running');
    await insertEpochs(database, id, 1, 3);
    await move(database, id, 'queued');
    await jobs.cancel(id);
    const events = await received;
    expect(events.map(words)).toEqual(['queued', 'running', 'epoch 1', 'epoch 2', 'epoch 3', 'queued', 'cancelled']);
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
    expect(events[3]?.data).toEqual({
      ...{ jobId: id, epoch: 2, step: 2, trainingLoss: 0.5, validationLoss: null },
      ...{ metrics: { accuracy: 0.5 }, learningRate: 0.1, seconds: 1 },
    });
    expect(events[0]?.data).toEqual({
      ...{ jobId: id, state: 'queued', attempts: 0, modelId: null, error: null },
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  it('include the warnings of a job', async () => {
    const { database, address, submit } = await openStreams();
    const id = await submit();
    const warnings = [{ code: 'constant_column', column: 'a', message: 'It is always 1.' }] as const;
    const queue = createQueue(database, 'o', Date.now);
    await queue.claim(Number.MAX_SAFE_INTEGER);
    await queue.succeed(id, { epochs: 1, warnings }, async (queries) => {
      const model = { id: 'mdl_1', project: 'default', name: 'm', jobId: id, task: 'multiclass', target: 'y' } as const;
      await queries
        .insertInto('models')
        .values({ ...model, description: '{}', sha256: '', createdAt: 0 })
        .execute();
      return model.id;
    });
    const events = await (await openStream(`${address}/v1/jobs/${id}/events`)).read();
    expect(events.map(words)).toEqual(['queued', 'running', 'constant_column', 'succeeded']);
    expect(events[2]?.data).toMatchObject({ level: 'warning', column: 'a', message: 'It is always 1.' });
  });

  it('are sent once and in order, wherever a client disconnects and reconnects', async () => {
    const { database, address, submit } = await openStreams();
    const happening = fc.constantFrom('epochs', 'again', 'running', 'queued');
    const course = fc.array(happening, { minLength: 1, maxLength: 20 });
    const property = async (happenings: readonly string[], cuts: readonly number[]) => {
      const id = await submit();
      let epochs = 0;
      for (const kind of happenings) {
        if (kind === 'epochs') {
          await insertEpochs(database, id, epochs + 1, epochs + 7);
          epochs += 7;
        } else if (kind === 'again') await database.updateTable('losses').set({ seconds: 2 }).execute();
        else await move(database, id, kind === 'running' ? 'running' : 'queued');
      }
      await move(database, id, 'cancelled');
      const url = `${address}/v1/jobs/${id}/events`;
      const whole = await (await openStream(url)).read();
      const pieces: ReceivedEvent[] = [];
      for (const cut of cuts) pieces.push(...(await (await openStream(url, pieces.at(-1)?.id)).read(cut)));
      const last = await openStream(`${url}?lastEventId=${pieces.at(-1)?.id ?? '0-0'}`);
      pieces.push(...(await last.read()));
      expect(pieces).toEqual(whole);
      expect(whole.filter(({ event }) => event === 'epoch').map(({ data }) => data.epoch)).toEqual(
        Array.from({ length: epochs }, (_, index) => index + 1),
      );
    };
    await fc.assert(fc.asyncProperty(course, fc.array(fc.nat(30), { maxLength: 6 }), property), { numRuns: 40 });
  });

  it('are sent as they happen to a client that reconnects again and again', async () => {
    const { database, bus, address, submit } = await openStreams();
    const id = await submit();
    const url = `${address}/v1/jobs/${id}/events`;
    const received: ReceivedEvent[] = [];
    for (let epoch = 1; epoch <= 20; epoch++) {
      const next = openStream(url, received.at(-1)?.id).then((stream) => stream.read(epoch === 1 ? 2 : 1));
      await insertEpochs(database, id, epoch, epoch);
      bus.publish({ kind: 'changed', jobId: id });
      received.push(...(await next));
    }
    expect(received.map(words)).toEqual(['queued', ...Array.from({ length: 20 }, (_, index) => `epoch ${index + 1}`)]);
  });

  it('get 204 for a client that has all of them', async () => {
    const { jobs, address, submit } = await openStreams();
    const id = await submit();
    await jobs.cancel(id);
    const url = `${address}/v1/jobs/${id}/events`;
    const last = (await (await openStream(url)).read()).at(-1)?.id;
    expect((await fetch(url, { headers: { 'last-event-id': last ?? '' } })).status).toBe(204);
  });

  it('end when the job is deleted', async () => {
    const { jobs, address, submit } = await openStreams();
    const id = await submit();
    const received = (await openStream(`${address}/v1/jobs/${id}/events`)).read();
    await jobs.cancel(id);
    await jobs.remove(id);
    expect((await received).map(words)[0] ?? 'queued').toBe('queued');
  });

  it.each([
    ['job_none', '', 404, 'job_not_found'],
    ['job_none', '?lastEventId=x', 400, 'invalid_request'],
    ['job_none', '?after=1', 400, 'invalid_request'],
  ])('of %s%s get %i %s', async (id, question, status, code) => {
    const { address } = await openStreams();
    const answer = await fetch(`${address}/v1/jobs/${id}/events${question}`);
    expect([answer.status, (await answer.json()).code]).toEqual([status, code]);
  });
});

describe('the events of all jobs', () => {
  it('are states from now on, or after the last one that was read', async () => {
    const { jobs, address, submit } = await openStreams();
    const earlier = await submit();
    const stream = await openStream(`${address}/v1/events`);
    const received = stream.read(2);
    // The response has started, so what happens now is new.
    const id = await submit();
    await jobs.cancel(id);
    const events = await received;
    expect(events.map(({ event, data }) => [event, data.jobId, data.state])).toEqual([
      ['state', id, 'queued'],
      ['state', id, 'cancelled'],
    ]);
    const again = await openStream(`${address}/v1/events`, events[0]?.id);
    expect(await again.read(1)).toEqual([events[1]]);
    const all = await openStream(`${address}/v1/events?lastEventId=0`);
    expect((await all.read(1)).map(({ data }) => data.jobId)).toEqual([earlier]);
  });
});

describe('a stream', () => {
  it('sends a comment when it is idle', async () => {
    const { address, submit } = await openStreams({ heartbeatMs: 5 });
    const { answer } = await openStream(`${address}/v1/jobs/${await submit()}/events`);
    const blocks = blocksOf(answer);
    expect((await blocks.next()).value).toMatch(/^retry: \d+$/);
    for await (const block of blocks) if (block === ':') break;
  });

  it('sends large events one by one to a client that does not read', async () => {
    const { database, address, submit, readers } = await openStreams();
    const id = await submit();
    const message = 'x'.repeat(100_000);
    const log = { level: 'warning', code: 'c', message } as const;
    for (let i = 0; i < 100; i++) await recordLogs(database, [id], [log]);
    await move(database, id, 'cancelled');
    const stream = await openStream(`${address}/v1/jobs/${id}/events`);
    expect(await stream.read()).toHaveLength(102);
    expect(readers[0]?.largestBatch).toBeLessThan(2 * message.length);
  });

  it('buffers a few batches for a client that does not read, and sends everything when it does', async () => {
    const { app, database, address, submit, readers } = await openStreams();
    const id = await submit();
    // 30 MB, far more than the operating system buffers for a connection.
    const metrics = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`metric ${index}`, 1 / 3]));
    await insertEpochs(database, id, 1, EPOCHS, metrics);
    await move(database, id, 'cancelled');
    const connections: Socket[] = [];
    app.server.on('connection', (connection: Socket) => connections.push(connection));
    const url = `${address}/v1/jobs/${id}/events`;
    const slow = [];
    for (let reader = 0; reader < 10; reader++) slow.push((await openStream(url)).answer.pause());
    // When a fast client has everything, the slow ones could have had it too.
    expect(await countEpochs((await openStream(url)).answer)).toBe(EPOCHS);
    const bufferedMegabytes = slow.map((_, index) => (readers[index].bytes - sentBytes(connections[index])) / 1e6);
    expect(Math.max(...bufferedMegabytes)).toBeLessThan(1);
    expect(await countEpochs(slow[7])).toBe(EPOCHS);
    for (const answer of slow) answer.destroy();
  });

  it('ends cleanly when the server closes', async () => {
    const { app, address, submit } = await openStreams();
    const stream = await openStream(`${address}/v1/jobs/${await submit()}/events`);
    const events = stream.events();
    expect((await events.next()).value).toMatchObject({ event: 'state' });
    const closed = app.close();
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(stream.answer.complete).toBe(true);
    await closed;
  });

  it.each([
    [{ total: 1, perProject: 9 }, /in all/],
    [{ total: 9, perProject: 1 }, /of a project/],
  ])('is refused above the limit, and accepted after one has ended: %j', async (limits, why) => {
    const { app, address, submit } = await openStreams({ limits });
    const url = `${address}/v1/jobs/${await submit()}/events`;
    const gone = new Promise((resolve) => app.server.once('request', (_, answer) => answer.once('close', resolve)));
    const first = await openStream(url);
    const refused = await fetch(url);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toMatchObject({
      code: 'too_many_streams',
      status: 503,
      detail: expect.stringMatching(why),
    });
    first.answer.destroy();
    await gone;
    const second = await openStream(url);
    expect(second.answer.statusCode).toBe(200);
    second.answer.destroy();
    await once(second.answer, 'close');
  });

  it('does not count for a client that disconnected before its key was checked', async () => {
    const [asked, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const callerOf = async () => {
      asked.resolve();
      await mayGoOn.promise;
      return ANONYMOUS;
    };
    const guard = { ...OPEN_GUARD, authentication: { ...OPEN_GUARD.authentication, callerOf } };
    const { app, address, submit } = await openStreams({ limits: { total: 1, perProject: 1 } }, guard);
    const url = `${address}/v1/jobs/${await submit()}/events`;
    const hungUp = new Promise((resolve) => app.server.once('request', (_, answer) => answer.once('close', resolve)));
    const leaving = get(url).on('error', () => {});
    await asked.promise;
    leaving.destroy();
    await hungUp;
    mayGoOn.resolve();
    const { answer } = await openStream(url);
    expect(answer.statusCode).toBe(200);
    answer.destroy();
  });
});

async function countEpochs(answer: IncomingMessage): Promise<number> {
  let epochs = 0;
  for await (const block of blocksOf(answer)) if (block.includes('event: epoch')) epochs++;
  return epochs;
}

/** The bytes of a connection that the operating system has accepted. */
function sentBytes({ bytesWritten, writableLength }: Socket): number {
  return bytesWritten - writableLength;
}
