import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSender } from '../../src/webhooks/send.ts';
import { newSecret } from '../../src/webhooks/signature.ts';
import { issueInUrl, lookupPublic, RefusedTargetError } from '../../src/webhooks/targets.ts';

describe('the URL of a webhook', () => {
  it.each([
    ['https://example.com/hook?a=b', undefined],
    ['https://example.com:8443/', undefined],
    ['https://8.8.8.8/', undefined],
    ['http://example.com/', /https/],
    ['https://me:secret@example.com/', /password/],
    ['https://example.com:22/', /Port 22/],
    ['https://127.0.0.1/', /not public/],
    ['https://2130706433/', /not public/],
    ['https://0x7f.1/', /not public/],
    ['https://[::1]/', /not public/],
    ['https://[::ffff:10.0.0.1]/', /not public/],
    ['https://169.254.169.254/latest/meta-data', /not public/],
    ['ftp://example.com/', /web URL/],
    ['file:///etc/passwd', /web URL/],
    ['example.com', /web URL/],
  ])('%s is checked', (url, mistake) => {
    if (mistake === undefined) expect(issueInUrl(url, false)).toBeUndefined();
    else expect(issueInUrl(url, false)).toMatch(mistake);
  });

  it('can be private if that is allowed, but has no password', () => {
    expect(issueInUrl('http://127.0.0.1:80/', true)).toBeUndefined();
    expect(issueInUrl('http://me@127.0.0.1/', true)).toMatch(/password/);
  });
});

describe('a host name', () => {
  it('of this machine is rejected when it is resolved', () => {
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    lookupPublic('localhost', { all: true }, resolve);
    return expect(promise).resolves.toBeInstanceOf(RefusedTargetError);
  });

  it('of this machine is not connected to', async () => {
    const connected: unknown[] = [];
    const server = createServer((socket) => connected.push(socket)).listen(0, 'localhost');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const send = createSender({ allowPrivate: false, userAgent: 'test', clock: Date.now });
    const call = { id: 'msg_1', url: `https://localhost:${port}/`, secret: newSecret(), body: '{}' };
    expect(await send(call, new AbortController().signal)).toMatchObject({
      status: null,
      error: 'The host name resolves to an address that is not public.',
    });
    expect(connected).toEqual([]);
  });
});
