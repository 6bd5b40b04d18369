import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeys } from '../../src/access/keys.ts';
import { isFinal } from '../../src/jobs/states.ts';
import { DEFAULT_PROJECT } from '../../src/kit/contract/caller.ts';
import { openDatabase } from '../../src/store/database/database.ts';
import type { JobState } from '../../src/store/database/tables.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';

/** Values that must never appear in a log. */
const CELL = 'zanzibar-4711';
const QUERY = 'quagga-1234';
const ROWS = Array.from(
  { length: 300 },
  (_, row) => `${row},${row % 3 ? CELL : 'elsewhere'},${row % 2 ? 'odd' : 'even'}`,
);

interface Answer {
  readonly id: string;
  readonly state: JobState;
  readonly modelId: string;
  readonly secret: string;
  readonly requestId?: string;
}

interface Line {
  readonly msg: string;
  readonly process: 'api' | 'worker';
  readonly requestId?: string;
  readonly jobId?: string;
}

let service: BuiltService;
let lines: readonly Line[];
let text: string;
let secrets: readonly string[];
let jobIds: readonly string[];
let problem: Answer;

/**
 * A complete run with a key: an upload, a job that succeeds, one that fails, predictions, a
 * webhook, and invalid requests.
 */
beforeAll(async () => {
  service = await startBuiltService(['--workers', '1', '--log-level', 'debug', '--allow-private-webhooks']);
  const key = await makeKey(service.data);
  const ask = async (path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const isText = typeof body === 'string';
    const answer = await fetch(service.address + path, {
      ...(body !== undefined && { method: 'POST', body: isText ? body : JSON.stringify(body) }),
      headers: { authorization: `Bearer ${key}`, 'content-type': isText ? 'text/csv' : 'application/json', ...headers },
    });
    return (await answer.json()) as Answer;
  };
  const ended = async (id: string): Promise<Answer> => {
    const job = await ask(`/v1/jobs/${id}?wait=30`);
    return isFinal(job.state) ? job : ended(id);
  };
  const { secret } = await ask('/v1/webhooks', { url: 'http://127.0.0.1:9/hook', events: ['job.succeeded'] });
  const dataset = await ask(`/v1/datasets?name=${QUERY}`, ['x,place,kind', ...ROWS].join('\n'));
  const request = { datasetId: dataset.id, target: 'kind', name: QUERY };
  const good = await ask('/v1/jobs', { ...request, training: { epochs: 2 } }, { 'x-request-id': 'the-good-one' });
  const bad = await ask('/v1/jobs', {
    ...{ ...request, target: 'x' },
    network: { layers: [{ units: 8, activation: 'linear' }] },
    training: { epochs: 50, optimizer: { type: 'sgd', learningRate: 10 }, clipGradientNorm: null },
  });
  const { modelId } = await ended(good.id);
  await ended(bad.id);
  await ask(`/v1/models/${modelId}/predict`, { rows: [{ x: 1, place: CELL }] });
  await ask(`/v1/models/${modelId}/predict`, { rows: [{ x: CELL, place: CELL }] });
  await ask('/v1/jobs', `{"target": "${CELL}"`, { 'content-type': 'application/json' });
  problem = await ask(`/v1/jobs/job_none?secret=${QUERY}`, undefined, { 'x-request-id': 'the-lost-one' });
  secrets = [key, secret, CELL, QUERY];
  jobIds = [good.id, bad.id];
  await service.stop();
  text = service.lines.join('\n');
  lines = service.lines.map((line) => JSON.parse(line) as Line);
});

afterAll(() => service.stop());

async function makeKey(data: string): Promise<string> {
  const database = openDatabase(join(data, 'trainyard.sqlite'));
  const keys = createKeys({ database, clock: Date.now });
  const { key } = await keys.create({ project: DEFAULT_PROJECT }, { name: 'test', scopes: ['admin'] });
  await database.destroy();
  return key;
}

describe('the log', () => {
  it('contains no key, secret, row value, body or query', () => {
    expect(secrets.filter((secret) => secret.length < 8 || text.includes(secret))).toEqual([]);
  });

  it('has one line for each request, with the id from the client', () => {
    expect(lines.filter(({ requestId }) => requestId === 'the-good-one')).toMatchObject([
      { msg: 'request', method: 'POST', route: '/v1/jobs', status: 202, jobId: jobIds[0], project: DEFAULT_PROJECT },
    ]);
  });

  it('has the id of a problem document', () => {
    expect(problem.requestId).toBe('the-lost-one');
    expect(lines.filter(({ requestId }) => requestId === problem.requestId)).toMatchObject([
      { path: '/v1/jobs/job_none', status: 400, problem: 'invalid_request', jobId: 'job_none' },
    ]);
  });

  it('names the job in each line of the worker about it', () => {
    const jobLines = lines.filter(({ process, msg }) => process === 'worker' && msg.startsWith('job '));
    expect(jobLines.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['job started', 'job succeeded', 'job failed']),
    );
    expect(new Set(jobLines.map(({ jobId }) => jobId))).toEqual(new Set(jobIds));
  });
});
