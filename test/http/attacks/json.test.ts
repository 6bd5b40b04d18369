import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService } from '../../access/support.ts';

let service: Awaited<ReturnType<typeof openService>>;
let key: string;
beforeAll(async () => {
  service = await openService();
  key = (await service.makeKey(['admin'])).key;
});
afterAll(() => service.stop());

const send = (path: string, body: string) =>
  service.ask(path, key, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
const DEEP = 100_000;

describe('JSON of 100,000 levels', () => {
  it.each([
    ['/v1/jobs', `{"network":${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}}`],
    ['/v1/jobs', '['.repeat(DEEP)],
    ['/v1/networks/inspect', `{"inputs":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`],
    ['/v1/webhooks', `{"url":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`],
  ])('is refused by %s before it is parsed', async (path, body) => {
    const answer = await send(path, body);
    expect([answer.status, answer.json().code]).toEqual([413, 'payload_too_large']);
  });

  it('is the text of a cell in an upload, which is not parsed', async () => {
    const answer = await send('/v1/datasets', `[{"a":1,"b":${'['.repeat(DEEP)}${']'.repeat(DEEP)}},{"a":2,"b":3}]`);
    expect(answer.status, answer.text.slice(0, 1000)).toBe(201);
    const rows = await service.ask(`/v1/datasets/${answer.json().id}/rows`, key);
    expect(rows.json().items).toEqual([
      { a: 1, b: '['.repeat(DEEP) + ']'.repeat(DEEP) },
      { a: 2, b: '3' },
    ]);
  });
});

describe('a key that would change a prototype', () => {
  // Without the key, each of them is an accepted job.
  const nested = (name: string) => [
    `"${name}":{"polluted":1}`,
    `"network":{"${name}":{"polluted":1}}`,
    `"training":{"optimizer":{"type":"adam","${name}":{"polluted":1}}}`,
    `"features":{"${name}":{"polluted":1}}`,
    `"labels":{"${name}":{"polluted":1}}`,
  ];
  let datasetId: string;
  beforeAll(async () => {
    const answer = await send('/v1/datasets', JSON.stringify(Array.from({ length: 40 }, (_, a) => ({ a, b: a % 7 }))));
    datasetId = String(answer.json().id);
  });

  it.each(['', '"training":{"optimizer":{"type":"adam"}}', '"labels":{"team":"risk"}'])(
    'is the only issue: a job with %s is accepted',
    async (members) => {
      const answer = await send('/v1/jobs', `{"datasetId":"${datasetId}","target":"a"${members && `,${members}`}}`);
      expect(answer.status, answer.text).toBe(202);
    },
  );

  it.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__'].flatMap(nested))(
    'is refused in %s',
    async (member) => {
      const answer = await send('/v1/jobs', `{"datasetId":"${datasetId}","target":"a",${member}}`);
      expect([400, 422], answer.text).toContain(answer.status);
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    },
  );
});

describe('a number that JSON can say and a double cannot hold', () => {
  it.each(['1e999', '-0', '-1e999', '123456789012345678901234567890', '-0.5', '1e-999'])(
    '%s is an invalid number of epochs',
    async (number) => {
      const answer = await send('/v1/jobs', `{"datasetId":"ds_1","target":"a","training":{"epochs":${number}}}`);
      expect(answer.status).toBe(400);
      expect(answer.json().errors).toContainEqual(expect.objectContaining({ path: '/training/epochs' }));
    },
  );

  it('of a repeated key, the last one counts', async () => {
    const answer = await send('/v1/keys', '{"name":"first","name":"last","scopes":["read"],"requestsPerSecond":1}');
    expect([answer.status, answer.json().name]).toEqual([201, 'last']);
  });
});

describe('a lone surrogate', () => {
  it('is returned as an escape or a replacement character, never as broken text', async () => {
    const answer = await send('/v1/keys', '{"name":"a\\ud800b","scopes":["read"]}');
    expect(answer.status).toBeLessThan(500);
    expect(answer.text.isWellFormed()).toBe(true);
  });
});
