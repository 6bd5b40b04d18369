import { describe, expect, it } from 'vitest';
import { createClient } from '../../../src/cli/client/client.ts';
import { startFakeService } from '../support/fakeService.ts';

const PROBLEM = {
  type: 'urn:trainyard:problem:invalid_spec',
  title: 'Impossible training',
  status: 422,
  detail: 'The request has 2 mistakes.',
  instance: '/v1/jobs',
  code: 'invalid_spec',
  errors: [
    { path: '/target', message: 'There is no column "z".' },
    { path: '/training/epochs', message: 'At least 1.' },
  ],
};

describe('the client of the API', () => {
  it('lists every issue of a problem document', async () => {
    const answer = { status: 422, type: 'application/problem+json', body: PROBLEM };
    await using service = await startFakeService({ 'POST /v1/jobs': [answer] });
    await expect(createClient({ url: service.url, key: undefined }).submitJob({})).rejects.toThrow(
      'Impossible training:\n  /target: There is no column "z".\n  /training/epochs: At least 1.',
    );
  });

  it('prints names from other clients without control characters', async () => {
    const errors = [{ path: '/\u001b[2Ja\n', message: 'Unknown field. Did you mean `a`?' }];
    const answer = { status: 400, type: 'application/problem+json', body: { ...PROBLEM, errors } };
    await using service = await startFakeService({ 'POST /v1/jobs': [answer] });
    await expect(createClient({ url: service.url, key: undefined }).submitJob({})).rejects.toThrow(
      'Impossible training:\n  / [2Ja : Unknown field. Did you mean `a`?',
    );
  });

  it('names the status of a response that is not a problem document', async () => {
    await using service = await startFakeService({ 'GET /v1/models/m': [{ status: 502, body: '<html>' }] });
    await expect(createClient({ url: service.url, key: undefined }).model('m')).rejects.toThrow(
      '/v1/models/m responded with 502 Bad Gateway.',
    );
  });

  it('says how to start the service if none responds', async () => {
    const service = await startFakeService({});
    await service[Symbol.asyncDispose]();
    await expect(createClient({ url: service.url, key: undefined }).model('m')).rejects.toThrow(
      `No service responds at ${service.url}. Start one with \`trainyard serve\`, or pass another address with --url.`,
    );
  });
});
