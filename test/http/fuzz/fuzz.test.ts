import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService } from '../../access/support.ts';
import { createModel } from '../trainedModel.ts';
import { operations as documented } from './document.ts';
import { type FuzzedRequest, requestsOf } from './requests.ts';
import { type Answer, faultsOf, mediaType } from './responses.ts';

/** A fixed seed, so that a failure can be reproduced. */
const SEED = 20_240_607;
const RUNS = 25;

const TABLE = `a,b,y\n${Array.from({ length: 60 }, (_, row) => `${row},${row % 3 ? 'u' : 'v'},${row % 2 ? 'p' : 'q'}`).join('\n')}\n`;

/**
 * Placeholders for ids of existing resources; requests are generated before the service has them.
 */
const [DATASET, JOB, MODEL, WEBHOOK] = ['DATASET', 'JOB', 'MODEL', 'WEBHOOK'];
const THINGS = {
  datasets: DATASET,
  jobs: JOB,
  models: MODEL,
  webhooks: WEBHOOK,
  aliases: 'champion',
  projects: 'default',
  datasetId: DATASET,
  jobId: JOB,
  modelId: MODEL,
  target: 'y',
  url: 'https://hooks.invalid/',
};

/** Deletions last, so that the other operations find the resources. */
const operations = documented.toSorted((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'));

type Service = Awaited<ReturnType<typeof openService>>;

async function create(service: Service, path: string, key: string | undefined, type: string, body: string) {
  const answer = await service.ask(path, key, { method: 'POST', headers: { 'content-type': type }, body });
  expect(answer.status, answer.text).toBeLessThan(300);
  return String(answer.json().id);
}

/** The ids of one resource of each kind, by placeholder. */
async function createThings(service: Service, key?: string): Promise<Readonly<Record<string, string>>> {
  const dataset = await create(service, '/v1/datasets?name=a', key, 'text/csv', TABLE);
  const request = JSON.stringify({ datasetId: dataset, target: 'y', ensemble: null });
  const job = await create(service, '/v1/jobs', key, 'application/json', request);
  const webhook = await create(service, '/v1/webhooks', key, 'application/json', '{"url":"https://hooks.invalid/"}');
  return { [DATASET]: dataset, [JOB]: job, [MODEL]: await createModel(service.database, job), [WEBHOOK]: webhook };
}

async function send(
  service: Service,
  request: FuzzedRequest,
  things: Readonly<Record<string, string>>,
  key?: string,
): Promise<Answer> {
  const named = (text: string) => Object.entries(things).reduce((rest, [name, id]) => rest.replaceAll(name, id), text);
  const { method, headers } = request;
  const body = request.body === undefined ? null : named(request.body);
  const { status, headers: answered, text } = await service.ask(named(request.url), key, { method, headers, body });
  return { status, type: mediaType(answered.get('content-type') ?? ''), text };
}

describe.each(['without keys', 'with an admin key'])('a service %s', (keys) => {
  let service: Service;
  let key: string | undefined;
  let things: Readonly<Record<string, string>>;

  beforeAll(async () => {
    service = await openService();
    if (keys === 'with an admin key') key = (await service.makeKey(['admin'])).key;
    things = await createThings(service, key);
  });
  afterAll(() => service.stop());

  // The first key would require one of all others.
  const fuzzed = operations.filter(
    ({ method, path }) => keys !== 'without keys' || `${method} ${path}` !== 'POST /v1/keys',
  );

  it.each(fuzzed)('responds to $method $path as documented, whatever is sent', async (operation) => {
    const property = fc.asyncProperty(requestsOf(operation, THINGS), async (request) => {
      expect(faultsOf(operation, await send(service, request, things, key))).toEqual([]);
    });
    await fc.assert(property, { seed: SEED, numRuns: RUNS });
  });
});

describe('a service with keys, without one in the request', () => {
  let service: Service;
  beforeAll(async () => {
    service = await openService();
    await service.makeKey(['admin']);
  });
  afterAll(() => service.stop());

  it.each(operations.filter(({ security }) => security?.length))(
    'refuses $method $path, whatever is sent',
    async (operation) => {
      const property = fc.asyncProperty(requestsOf(operation, THINGS), async (request) => {
        const answer = await send(service, request, {});
        expect(faultsOf(operation, answer)).toEqual([]);
        // An address that cannot be decoded, or is longer than any route, is refused before the key
        // is checked.
        expect([400, 401, 404]).toContain(answer.status);
      });
      await fc.assert(property, { seed: SEED, numRuns: RUNS });
    },
  );
});
