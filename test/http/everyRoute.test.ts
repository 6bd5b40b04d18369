import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { afterAll, describe, expect, it } from 'vitest';
import { METRICS_TYPE } from '../../src/http/metrics/format.ts';
import { SCOPES } from '../../src/kit/contract/caller.ts';
import { newId } from '../../src/kit/ids.ts';
import { openService } from '../access/support.ts';

interface Registered {
  readonly url: string;
  readonly method: string | string[];
  /** As it is after all hooks. */
  readonly options: RouteOptions;
}

/** Every route of the app, including the undocumented ones. */
const registered: Registered[] = [];
/** Fastify publishes each new app. */
const collect = (message: unknown) => {
  const { fastify } = message as { readonly fastify: FastifyInstance };
  fastify.addHook('onRoute', (options) => {
    registered.push({ url: options.url, method: options.method, options });
  });
};
subscribe('fastify.initialization', collect);
const service = await openService();
unsubscribe('fastify.initialization', collect);
const { key } = await service.makeKey(SCOPES);
afterAll(() => service.stop());

const CHANGES = ['POST', 'PUT', 'PATCH', 'DELETE'];
/** Routes with more methods than this respond to the unsupported methods of a path. */
const MOST_METHODS = 2;
const routes = registered
  .map(({ method, ...route }) => ({ ...route, methods: [method].flat() }))
  .filter(({ methods }) => methods.length <= MOST_METHODS && !methods.includes('OPTIONS'))
  .flatMap(({ methods, ...route }) => methods.map((method) => ({ ...route, method, route: `${method} ${route.url}` })));
const paths = [...Map.groupBy(routes, ({ url }) => url)].map(([url, ofUrl]) => {
  const methods = ofUrl.map(({ method }) => method);
  // Fastify does not report the GET of a path that it serves with and without a trailing slash.
  const reads = methods.includes('HEAD') ? ['GET'] : [];
  return { url, allowed: [...new Set([...methods, ...reads, 'OPTIONS'])].sort() };
});

/** An address of the route with names that do not exist. */
function addressOf(url: string): string {
  const kind = url.split('/')[2] ?? '';
  const name = ['aliases', 'projects'].includes(kind) ? 'unknown' : newId('ds');
  return url.replace(/:\w+/, name).replace('*', 'index.css');
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const send = (method: string, url: string, withKey = true) =>
  service.ask(addressOf(url), withKey ? key : undefined, {
    method,
    ...(CHANGES.includes(method) && { headers: FORM, body: 'a=b' }),
  });

it('has the documented routes, and those that are not', () => {
  const urls = paths.map(({ url }) => url);
  expect(urls).toEqual(expect.arrayContaining(['/v1/jobs/:id', '/healthz', '/openapi.json', '/docs/static/*']));
});

describe.each(paths)('$url', ({ url, allowed }) => {
  it('responds to OPTIONS with its methods, without a key, and sends nothing to other origins', async () => {
    const answer = await service.ask(addressOf(url), undefined, {
      method: 'OPTIONS',
      headers: { origin: 'https://example.com', 'access-control-request-method': 'POST' },
    });
    expect([answer.status, answer.headers.get('allow'), answer.text]).toEqual([204, allowed.join(', '), '']);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('responds to every other method with 405, without a key, whatever the request contains', async () => {
    const others = [...CHANGES, 'GET', 'HEAD', 'PROPFIND'].filter((method) => !allowed.includes(method));
    for (const method of others) {
      const answer = await send(method, url, false);
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, allowed.join(', ')]);
    }
  });
});

it.each(routes)('lets no other site embed the response of $route', async ({ method, url }) => {
  expect((await send(method, url)).headers.get('cross-origin-resource-policy')).toBe('same-origin');
});

const reading = routes.filter(({ options }) => !options.config?.readsPathOnly);
it.each(reading)('names a parameter that $route does not have', async ({ method, url }) => {
  const answer = await service.ask(`${addressOf(url)}?unknown=1&%7Eother=2`, key, { method });
  expect(answer.status).toBe(400);
  if (method === 'HEAD') return;
  expect(answer.json().errors).toEqual([
    { path: '/unknown', message: expect.stringContaining('Unknown parameter') },
    { path: '/~0other', message: expect.stringContaining('Unknown parameter') },
  ]);
});

const changing = routes.filter(({ method }) => CHANGES.includes(method));
describe.each(changing)('$route', ({ method, url }) => {
  it('lists the supported formats in response to a form', async () => {
    const answer = await send(method, url);
    expect([answer.status, answer.json().code]).toEqual([415, 'unsupported_media_type']);
    expect(answer.json().detail).toMatch(
      /^Content-Type application\/x-www-form-urlencoded is not supported\. [A-Z]+ \/\S+ accepts (no body\. Send none\.|.*Send the header .*"Content-Type: [a-z/]+")/,
    );
  });

  it('accepts an empty form as an empty body', async () => {
    const headers = { ...FORM, 'content-length': '0' };
    expect((await service.ask(addressOf(url), key, { method, headers })).status).not.toBe(415);
  });
});

const heads = routes.filter(({ method }) => method === 'HEAD');
it.each(heads)('responds to $route with the headers of GET, and no content', async ({ url }) => {
  // The headers of compression depend on the content, which HEAD does not produce.
  const headers = { 'accept-encoding': 'identity' };
  const ask = (method: string) => service.ask(addressOf(url), key, { method, headers });
  const [head, get] = [await ask('HEAD'), await ask('GET')];
  expect([head.status, head.text]).toEqual([get.status, '']);
  expect(comparable(head.headers)).toEqual(comparable(get.headers));
});

/** Of the connection, of the moment, or known only with the content. */
const OWN_TO_ANSWER = ['date', 'connection', 'keep-alive', 'transfer-encoding'];

function comparable(headers: Headers): unknown {
  // Metrics have changed by the next request.
  const isMetrics = headers.get('content-type') === METRICS_TYPE;
  const own = isMetrics ? [...OWN_TO_ANSWER, 'content-length'] : OWN_TO_ANSWER;
  return [...headers].filter(([name]) => !own.includes(name));
}
