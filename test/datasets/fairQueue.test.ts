import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { SERVICE_SETTINGS } from '../../src/config/settings.ts';
import { datasetLimitsOf } from '../../src/datasets/limits.ts';
import { NO_QUOTAS } from '../../src/kit/contract/caller.ts';
import { until } from '../support/until.ts';
import { filesIn, startDatasets, type TestService } from './support/service.ts';
import { upload } from './support/upload.ts';

let service: TestService;
beforeEach(() => start(2));

async function start(ingestions: number): Promise<void> {
  service = await startDatasets({ ingestions });
  onTestFinished(service.close);
  for (const name of ['a', 'b']) await service.database.insertInto('projects').values({ name, createdAt: 0 }).execute();
}

/** The ingestion processes of this process. */
function readers(): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return children.map(Number).filter((pid) => pid > 0 && /ingestProcess/.test(commandOf(pid)));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Stops the next ingestion process with SIGSTOP, so that the test decides when it finishes. */
async function stoppedReader(others: readonly number[] = []): Promise<number> {
  const [pid = 0] = await until(
    () => readers().filter((reader) => !others.includes(reader)),
    (found) => found.length > 0,
  );
  process.kill(pid, 'SIGSTOP');
  onTestFinished(() => {
    if (readers().includes(pid)) process.kill(pid, 'SIGKILL');
  });
  return pid;
}

function uploadTo(project: string, content: string) {
  return service.datasets.of({ project, quotas: NO_QUOTAS }).upload({
    ...{ name: content, body: Readable.from([Buffer.from(content)]), format: 'csv', respondAsync: false },
    options: { delimiter: null, header: null, nullValues: null, types: [] },
  });
}

describe('two slow files of one project', () => {
  it('leave a slot for another project, whose upload finishes while they are parsed', async () => {
    const first = uploadTo('a', 'x,y\n1,2\n');
    const reader = await stoppedReader();
    const second = uploadTo('a', 'x,y\n3,4\n');
    expect(await uploadTo('b', 'x,y\n5,6\n')).toMatchObject({ state: 'ready', rows: 1 });
    expect(readers()).toContain(reader);
    process.kill(reader, 'SIGCONT');
    expect(await Promise.all([first, second])).toMatchObject([{ state: 'ready' }, { state: 'ready' }]);
  });
});

it('parses two uploads of a project at once by default, and one of another project at the same time', async () => {
  await start(datasetLimitsOf(readConfig(SERVICE_SETTINGS, [], {}, {}).config).ingestions);
  const slow = uploadTo('a', 'x,y\n1,2\n');
  const reader = await stoppedReader();
  expect(await uploadTo('a', 'x,y\n3,4\n')).toMatchObject({ state: 'ready', rows: 1 });
  // The process of that upload may not have ended.
  await until(readers, ({ length }) => length === 1);
  const slowToo = uploadTo('a', 'x,y\n5,6\n');
  const second = await stoppedReader([reader]);
  expect(await uploadTo('b', 'x,y\n7,8\n')).toMatchObject({ state: 'ready', rows: 1 });
  for (const pid of [reader, second]) process.kill(pid, 'SIGCONT');
  expect(await Promise.all([slow, slowToo])).toMatchObject([{ state: 'ready' }, { state: 'ready' }]);
});

/** Sends a complete upload on a new connection without waiting for its response. */
async function send(content: string, headers: readonly string[] = []): Promise<Socket> {
  if (!service.app.server.listening) await service.app.listen({ port: 0 });
  const socket = connect((service.app.server.address() as AddressInfo).port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  const lines = ['POST /v1/datasets HTTP/1.1', 'host: localhost', 'content-type: text/csv', ...headers];
  socket.write(`${lines.join('\r\n')}\r\ncontent-length: ${content.length}\r\n\r\n${content}`);
  return socket;
}

function openConnections(): Promise<number> {
  return new Promise((resolve) => service.app.server.getConnections((_error, count) => resolve(count)));
}

describe('a client that disconnects', () => {
  it('during parsing ends the process and leaves no data', async () => {
    const socket = await send('x,y\n1,2\n');
    await stoppedReader();
    socket.destroy();
    await until(readers, ({ length }) => length === 0);
    await until(
      () => filesIn(service.folders).length,
      (count) => count === 0,
    );
    expect(await uploadTo('default', 'x,y\n7,8\n')).toMatchObject({ state: 'ready' });
  });

  it('with an Idempotency-Key gets its dataset when it repeats the request', async () => {
    const headers = ['idempotency-key: once'];
    const socket = await send('x,y\n1,2\n', headers);
    const reader = await stoppedReader();
    socket.destroy();
    await until(openConnections, (count) => count === 0);
    process.kill(reader, 'SIGCONT');
    const again = await until(
      () => upload(service, 'x,y\n1,2\n', { headers: { 'idempotency-key': 'once' } }),
      ({ statusCode }) => statusCode !== 409,
    );
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.json()).toMatchObject({ state: 'ready', rows: 1 });
    expect((await service.app.inject('/v1/datasets')).json().items).toHaveLength(1);
  });

  it('while its file is queued leaves the queue', async () => {
    await send('x,y\n1,2\n');
    const reader = await stoppedReader();
    const waiting = await send('x,y\n3,4\n');
    await until(
      () => filesIn(service.folders).length,
      (count) => count === 2,
    );
    waiting.destroy();
    await until(
      () => filesIn(service.folders).length,
      (count) => count === 1,
    );
    process.kill(reader, 'SIGCONT');
    const { app } = service;
    const { items } = await until(
      async () => (await app.inject('/v1/datasets')).json(),
      (page) => page.items.length > 0,
    );
    expect(items).toMatchObject([{ rows: 1, state: 'ready' }]);
  });
});
