import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/cli/client.ts';
import { startFakeService } from './support/fakeService.ts';

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
  it('tells every mistake that a problem document lists', async () => {
    const answer = { status: 422, type: 'application/problem+json', body: PROBLEM };
    await using service = await startFakeService({ 'POST /v1/jobs': [answer] });
    await expect(createClient({ url: service.url, key: undefined }).submitJob({})).rejects.toThrow(
      'Impossible training:\n  /target: There is no column "z".\n  /training/epochs: At least 1.',
    );
  });

  it('prints names that a client has sent without what a terminal obeys', async () => {
    const errors = [{ path: '/\u001b[2Ja\n', message: 'Unknown field. Did you mean `a`?' }];
    const answer = { status: 400, type: 'application/problem+json', body: { ...PROBLEM, errors } };
    await using service = await startFakeService({ 'POST /v1/jobs': [answer] });
    await expect(createClient({ url: service.url, key: undefined }).submitJob({})).rejects.toThrow(
      'Impossible training:\n  / [2Ja : Unknown field. Did you mean `a`?',
    );
  });

  it('tells the status of an answer that is no problem document', async () => {
    await using service = await startFakeService({ 'GET /v1/models/m': [{ status: 502, body: '<html>' }] });
    await expect(createClient({ url: service.url, key: undefined }).model('m')).rejects.toThrow(
      '/v1/models/m answered 502 Bad Gateway.',
    );
  });

  it('says how to start the service where none answers', async () => {
    const service = await startFakeService({});
    await service[Symbol.asyncDispose]();
    await expect(createClient({ url: service.url, key: undefined }).model('m')).rejects.toThrow(
      `No service answers at ${service.url}: start one with \`trainyard serve\`, or name another with --url.`,
    );
  });
});
