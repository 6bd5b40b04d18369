import { describe, expect, it } from 'vitest';
import { buildApp } from '../../../src/http/app.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';

const app = await buildApp({ version: '1.2.3', routes: [], guard: OPEN_GUARD, limits: HTTP_LIMITS, logger: false });
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
const ask = (headers: Readonly<Record<string, string>>) => app.inject({ url: '/', headers });

describe('GET /', () => {
  it.each([
    ['*/*', 'text/plain'],
    [undefined, 'text/plain'],
    ['text/*', 'text/plain'],
    ['image/png', 'text/plain'],
    [BROWSER, 'text/html'],
    ['application/json', 'application/json'],
    ['application/json, text/plain, */*', 'application/json'],
    ['text/html;q=0.5, application/json', 'application/json'],
    ['text/html;q=0, */*;q=0.1', 'text/plain'],
  ])('responds to Accept: %s with %s', async (accept, format) => {
    const answer = await ask({ ...(accept && { accept }) });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe(`${format}; charset=utf-8`);
    expect(answer.headers.vary).toBe('accept, accept-encoding');
    expect(answer.body).toContain('1.2.3');
  });

  it('lists the main workflow as five commands, and the addresses of the documentation', async () => {
    const { commands, docs, openapi } = (await ask({ accept: 'application/json', host: 'train.example:8080' })).json();
    expect(commands).toHaveLength(5);
    for (const command of commands) expect(command).toMatch(/^curl '?http:\/\/train\.example:8080\/v1\//);
    expect([docs, openapi]).toEqual(['http://train.example:8080/docs', 'http://train.example:8080/openapi.json']);
  });

  it.each(['localhost', '127.0.0.1:9000', '[::1]:8080', 'train-yard.example', 'train_yard:80'])(
    'uses the address %s',
    async (host) => {
      expect((await ask({ host })).body).toContain(`curl http://${host}/v1/datasets`);
    },
  );

  it('uses HTTPS with a proxy that terminates it', async () => {
    expect((await ask({ host: 'train.example', 'x-forwarded-proto': 'https' })).body).toContain(
      'https://train.example/docs',
    );
  });

  it.each([
    '"><script>alert(1)</script>',
    "localhost'; rm -rf ~; '",
    'localhost$(id)',
    'a b',
    'user@evil.example',
    'evil.example/path',
    `${'a'.repeat(300)}.example`,
    '',
  ])('does not repeat %j as the host', async (host) => {
    for (const accept of ['*/*', 'text/html', 'application/json']) {
      const { body } = await ask({ host, accept });
      expect(body).toContain('http://localhost:');
      if (host !== '') expect(body).not.toContain(host);
      expect(body).not.toMatch(/<script|rm -rf|\$\(/);
    }
  });

  it('lets a browser run nothing and load nothing', async () => {
    const { headers, body } = await ask({ accept: BROWSER });
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^ ]+'; /);
    expect(policy).not.toContain('unsafe');
    expect(body).not.toMatch(/<script|<img|<link| style=| on\w+=/);
  });
});
