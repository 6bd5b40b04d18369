import { expect, it, onTestFinished } from 'vitest';
import { serveMetrics } from '../../../src/http/metrics/server.ts';

it.each(['/metrics', '/healthz'])('responds to OPTIONS and HEAD of %s, and to other methods with 405', async (path) => {
  const server = await serveMetrics({ scrape: async () => '', host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  const ask = async (method: string) => {
    const { status, headers } = await fetch(server.address + path, { method });
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    return [status, headers.get('allow')];
  };
  expect(await ask('GET')).toEqual([200, null]);
  expect(await ask('HEAD')).toEqual([200, null]);
  expect(await ask('OPTIONS')).toEqual([204, 'GET, HEAD, OPTIONS']);
  expect(await ask('DELETE')).toEqual([405, 'GET, HEAD, OPTIONS']);
});
