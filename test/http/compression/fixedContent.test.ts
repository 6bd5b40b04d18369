import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { buildApp } from '../../../src/http/app.ts';
import { fixedContent } from '../../../src/http/compression/fixedContent.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';

const TEXT = 'let units = 64;\n'.repeat(1000);

/** An app with one file, and how often the file was read. */
function appWith(read: () => string) {
  const app = Fastify();
  let reads = 0;
  const content = fixedContent('text/javascript', async () => {
    reads++;
    return read();
  });
  app.get('/file.js', content);
  const ask = (headers: Readonly<Record<string, string>> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    app.inject({ method, url: '/file.js', headers });
  return { ask, reads: () => reads };
}

describe('constant content', () => {
  it('is read once and served in the encoding that the client prefers', async () => {
    const { ask, reads } = appWith(() => TEXT);
    const [plain, br, gzip] = await Promise.all(
      ['', 'gzip, br', 'gzip'].map((accepted) => ask({ 'accept-encoding': accepted })),
    );
    expect([plain, br, gzip].map((answer) => answer?.headers['content-encoding'])).toEqual([undefined, 'br', 'gzip']);
    expect(plain?.body).toBe(TEXT);
    expect(String(br && brotliDecompressSync(br.rawPayload))).toBe(TEXT);
    expect(String(gzip && gunzipSync(gzip.rawPayload))).toBe(TEXT);
    expect([plain, br, gzip].map((answer) => answer?.headers.vary)).toEqual(Array(3).fill('accept-encoding'));
    expect(reads()).toBe(1);
  });

  it('has the same headers on HEAD', async () => {
    const { ask } = appWith(() => TEXT);
    const [get, head] = [await ask({ 'accept-encoding': 'br' }), await ask({ 'accept-encoding': 'br' }, 'HEAD')];
    expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' });
    expect(head.body).toBe('');
  });

  it('is not sent again to a client with a cached copy', async () => {
    const { ask } = appWith(() => TEXT);
    const { etag } = (await ask()).headers;
    const again = await ask({ 'if-none-match': `"other", ${etag}`, 'accept-encoding': 'br' });
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
    expect((await ask({ 'if-none-match': '"other"' })).statusCode).toBe(200);
  });

  it('is read again after a failure', async () => {
    let works = false;
    const { ask } = appWith(() => {
      if (!works) throw new Error('Too many open files.');
      return TEXT;
    });
    expect((await ask()).statusCode).toBe(500);
    works = true;
    expect((await ask()).statusCode).toBe(200);
  });
});

describe.each([
  '/openapi.json',
  '/docs/json',
  '/docs/yaml',
  '/docs/static/swagger-ui-bundle.js',
  '/docs/static/swagger-ui.css',
])('%s', (url) => {
  it('is sent with the length of its compressed form', async () => {
    const app = await buildApp({ version: '0', routes: [], guard: OPEN_GUARD, limits: HTTP_LIMITS, logger: false });
    const { headers, rawPayload } = await app.inject({ url, headers: { 'accept-encoding': 'br' } });
    // Content that is compressed for each response has no length in advance.
    expect(headers).toMatchObject({ 'content-encoding': 'br', 'content-length': String(rawPayload.length) });
    expect(headers.etag).toMatch(/^W\//);
  });
});
