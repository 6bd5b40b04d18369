import { afterAll, beforeAll, expect, it } from 'vitest';
import { openService } from '../../access/support.ts';
import { sendRaw } from '../limits/raw.ts';

let service: Awaited<ReturnType<typeof openService>>;
beforeAll(async () => {
  service = await openService();
});
afterAll(() => service.stop());

it.each([
  '/v1/datasets/../../../../etc/passwd',
  '/v1/models/%2e%2e/%2e%2e/trainyard.sqlite',
  '//etc/passwd',
  '/docs/..%2f..%2f..%2fpackage.json',
  '/docs/static/../../../package.json',
  '/docs/static/%2e%2e/%2e%2e/package.json',
])('%s, which no client would normalize, reveals nothing of the disk', async (path) => {
  const { key } = await service.makeKey(['admin']);
  const request = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`;
  const answer = await sendRaw(Number(new URL(service.address).port), request);
  expect([400, 403, 404]).toContain(answer.status);
  expect(JSON.parse(answer.body)).toMatchObject({ status: answer.status });
});
