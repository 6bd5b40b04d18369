import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.ts';
import { LARGE_BYTES, openApp } from './testApp.ts';

async function open(maxBufferedBytes: number) {
  const { app, port } = await openApp({ maxBufferedBytes });
  onTestFinished(() => app.close());
  /** A client that requests a large response and reads only its beginning. */
  const readSlowly = async () => {
    const client = connect(port, '127.0.0.1');
    onTestFinished(() => void client.destroy());
    client.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(client, 'readable');
    return client;
  };
  const status = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    await answer.arrayBuffer();
    return answer.status;
  };
  return { readSlowly, status, port };
}

it('refuses a large response while others wait for slow readers, and sends it after they have gone', async () => {
  const { readSlowly, status } = await open(2 * LARGE_BYTES);
  const slow = [await readSlowly(), await readSlowly()];
  expect(await status('/large')).toBe(503);
  expect(await status('/things')).toBe(200);
  for (const client of slow) client.destroy();
  await until(
    () => status('/large'),
    (answered) => answered === 200,
  );
});

it('does not label the refusal of a compressed file as compressed', async () => {
  const { readSlowly, port } = await open(LARGE_BYTES);
  await readSlowly();
  const answer = await fetch(`http://127.0.0.1:${port}/docs/static/swagger-ui-bundle.js`, {
    headers: { 'accept-encoding': 'gzip' },
  });
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ code: 'overloaded' });
  expect([...answer.headers.keys()]).not.toContain('etag');
});

it('sends a single response of any size', async () => {
  const { status } = await open(2 ** 20);
  expect(await status('/large')).toBe(200);
  expect(await status('/large')).toBe(200);
});
