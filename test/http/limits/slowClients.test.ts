import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { sendRaw } from './raw.ts';
import { LARGE_BYTES, openApp } from './testApp.ts';

const TEN_GIGABYTES = 10 * 2 ** 30;
const head = (path: string, ...lines: readonly string[]) =>
  [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', ...lines, '', ''].join('\r\n');

let opened: Awaited<ReturnType<typeof openApp>> | undefined;
afterEach(() => opened?.app.close());
const open = async (limits: Parameters<typeof openApp>[0] = {}) => {
  opened = await openApp(limits);
  return opened.port;
};

describe('a slow client', () => {
  it.each([
    ['sends nothing', ''],
    ['sends only one header', 'GET /things HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n'],
  ])('is disconnected when it %s', async (_, start) => {
    const port = await open({ maxHeadersSeconds: 0.1 });
    expect(await sendRaw(port, start)).toMatchObject({ status: 408 });
  });

  it.each(['/things', '/files'])('is disconnected when the body of %s is too slow', async (path) => {
    const port = await open({ minBytesPerSecond: 1000, bodyWindowSeconds: 0.1 });
    const answer = await sendRaw(port, `${head(path, 'Content-Length: 900')}{`);
    expect(answer.status).toBe(408);
    expect(JSON.parse(answer.body)).toMatchObject({ status: 408, code: 'invalid_request' });
  });

  it('is disconnected when the whole request is too slow', async () => {
    const port = await open({ maxRequestSeconds: 0.2, minBytesPerSecond: 0 });
    expect(await sendRaw(port, `${head('/things', 'Content-Length: 900')}{`)).toMatchObject({ status: 408 });
  });
});

describe('a body of ten gigabytes', () => {
  it.each(['/things', '/files'])('is refused by %s before a byte of it is read', async (path) => {
    const port = await open();
    const answer = await sendRaw(port, head(path, `Content-Length: ${TEN_GIGABYTES}`));
    expect(JSON.parse(answer.body)).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  it('is not read after its response', async () => {
    const port = await open();
    const socket = connect(port, '127.0.0.1');
    socket.write(head('/files', `Content-Length: ${TEN_GIGABYTES}`));
    socket.resume();
    await once(socket, 'close');
  });

  it('is refused by its chunks if it has no length', async () => {
    const port = await open({ maxJsonBytes: 2000 });
    const chunk = `400\r\n${'x'.repeat(0x400)}\r\n`;
    const answer = await sendRaw(port, head('/things', 'Transfer-Encoding: chunked') + chunk.repeat(3));
    expect(answer.status).toBe(413);
  });
});

describe('a client that reads slowly', () => {
  const ask = 'GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

  it('is disconnected when it reads nothing, and the response leaves the memory', async () => {
    const port = await open({ maxStalledSeconds: 0.1 });
    const connection = once(opened?.app.server ?? process, 'connection');
    const client = connect(port, '127.0.0.1').pause();
    client.write(ask);
    const [served] = await connection;
    await once(served, 'close');
    client.destroy();
  });

  it('gets everything when it reads at intervals', async () => {
    const port = await open({ maxStalledSeconds: 0.5 });
    const client = connect(port, '127.0.0.1');
    client.write(ask);
    let bytes = 0;
    for await (const chunk of client) {
      bytes += chunk.length;
      await yieldToEventLoop();
    }
    expect(bytes).toBeGreaterThan(LARGE_BYTES);
  });

  it('may wait longer than that for a response', async () => {
    const port = await open({ maxStalledSeconds: 0.01 });
    const started = performance.now();
    expect(await sendRaw(port, 'GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n')).toMatchObject({ status: 200 });
    expect(performance.now() - started).toBeGreaterThan(100);
  });
});

it.each([
  ['a length and chunks', head('/things', 'Content-Length: 5', 'Transfer-Encoding: chunked')],
  ['two lengths', head('/things', 'Content-Length: 5', 'Content-Length: 6')],
  ['chunks that are not the last encoding', head('/things', 'Transfer-Encoding: chunked, identity')],
  ['a space before the colon', head('/things', 'Content-Length : 5')],
  ['a header folded over two lines', head('/things', 'X-A: b', ' c: d')],
])('refuses a request that a proxy may interpret differently: %s', async (_, request) => {
  const port = await open();
  expect(await sendRaw(port, `${request}0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n`)).toMatchObject({ status: 400 });
});

it('closes connections above the limit', async () => {
  const port = await open({ maxConnections: 1 });
  const first = connect(port, '127.0.0.1');
  await once(first, 'connect');
  const second = connect(port, '127.0.0.1').resume();
  await once(second, 'close');
  first.destroy();
});

it('leaves connections to others when one address has reached its limit, and to itself when one has ended', async () => {
  const port = await open({ maxAddressConnections: 2 });
  const mine = () =>
    connect(port, '127.0.0.1')
      .on('error', () => {})
      .resume();
  const connected = [mine(), mine()];
  await Promise.all(connected.map((socket) => once(socket, 'connect')));
  await once(mine(), 'close');
  const other = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  other.write(`${head('/nowhere')}\r\n`);
  expect(String((await once(other, 'data'))[0])).toMatch(/^HTTP\/1\.1 404/);
  other.destroy();
  connected[0].destroy();
  await once(connected[0], 'close');
  // The server notices it asynchronously.
  const again = () => sendRaw(port, `${head('/nowhere')}\r\n`).catch(() => ({ status: 0 }));
  while ((await again()).status !== 404);
  connected[1].destroy();
});
