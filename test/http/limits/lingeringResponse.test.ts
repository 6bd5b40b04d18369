import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { type LingerLimits, lingeringResponse } from '../../../src/http/limits/lingeringResponse.ts';

/** Long enough that a test that waits for it fails. */
const NEVER_MS = 10 ** 6;
const LIMITS: LingerLimits = { bytes: 1000, idleMs: NEVER_MS, totalMs: NEVER_MS };
const HEAD = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n';

const refuse: RequestListener = (_, response) => void response.writeHead(200, { 'content-length': 2 }).end('no');

/** A connection to a server that sends this response without reading a body. */
async function open(limits: Partial<LingerLimits>, answer = refuse) {
  const server = createServer({ ServerResponse: lingeringResponse({ ...LIMITS, ...limits }) }, answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  const [served] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    client.destroy();
    server.close();
  });
  return { server, client, served };
}

it('responds before the body is received, and closes after this many more bytes', async () => {
  const { client, served } = await open({ bytes: 1000 });
  client.write(HEAD);
  const [answer] = await once(client, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 OK.*\r\n\r\nno$/s);
  client.write('x'.repeat(1000));
  client.on('error', () => undefined).write('x');
  await once(served, 'close');
  expect(served.bytesRead).toBeLessThan(HEAD.length + 2000);
});

it.each([
  ['nothing is received', { idleMs: 50 }],
  ['everything lasts', { totalMs: 50 }],
])('closes when %s for this long', async (_, limits) => {
  const { client, served } = await open(limits);
  client.write(HEAD);
  await once(served, 'close');
  expect(await text(client)).toContain('\r\n\r\nno');
});

it('responds to the next request on a connection whose body has ended', async () => {
  const { client } = await open({});
  client.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n');
  await once(client, 'data');
  client.write('bodyGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(await text(client)).toMatch(/^HTTP\/1\.1 200 OK.*\r\n\r\nno$/s);
});

it.each(['HEAD', 'DELETE'])('sends the headers of a response to %s without content', async (method) => {
  const { client } = await open({}, (_, response) => void response.writeHead(204).end());
  client.write(HEAD.replace('POST', method));
  expect(String((await once(client, 'data'))[0])).toMatch(/^HTTP\/1\.1 204 No Content.*\r\n\r\n$/s);
});

it('ends with its client', async () => {
  const ended = Promise.withResolvers<void>();
  const { client } = await open({}, (request, response) => {
    response.once('close', ended.resolve);
    refuse(request, response);
  });
  client.write(HEAD);
  await once(client, 'data');
  client.destroy();
  await ended.promise;
});
