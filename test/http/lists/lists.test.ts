import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAGE_BYTES } from '../../../src/kit/contract/pages.ts';
import { jsonBody, openService } from '../../access/support.ts';

/** Size of an item of which three fit into a page. */
const LARGE = Math.floor(PAGE_BYTES / 3.5);
/** Size of an item without its large text. */
const SMALL = 2000;
const ITEMS = 8;
const AT = { createdAt: 1, finishedAt: 1 };
const PROJECT = 'default';

let service: Awaited<ReturnType<typeof openService>>;
let sweepId: string;
beforeAll(async () => {
  service = await openService();
  const created = await service.ask('/v1/sweeps', undefined, jsonBody(EXTERNAL_SWEEP));
  sweepId = String(created.json().id);
  const { request } = await service.database.selectFrom('sweeps').select('request').executeTakeFirstOrThrow();
  for (let i = 0; i < ITEMS; i++) await insertItems(i, request);
});
afterAll(() => service.stop());

const EXTERNAL_SWEEP = { space: { x: { type: 'uniform', min: 0, max: 1 } }, external: true };
const large = () => 'x'.repeat(LARGE);
const failure = () => JSON.stringify({ code: 'internal_error', message: large() });
const longNames = () =>
  JSON.stringify(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [i + large().slice(0, LARGE / 10), 1])));

/** One item of each list, each with as much text as its schema allows. */
async function insertItems(i: number, request: string): Promise<void> {
  const { database } = service;
  const about = { project: PROJECT, name: `n${i}`, ...AT };
  const { finishedAt: _, ...dated } = about;
  const dataset = { ...dated, id: `ds_${i}`, state: 'failed', bytes: 1, sha256: '', error: failure() } as const;
  await database
    .insertInto('datasets')
    .values({ ...dataset, columns: '[]', warnings: '[]' })
    .execute();
  const job = { ...about, id: `job_${i}`, state: 'failed', priority: 0, request: '{}', memoryBytes: 0 } as const;
  const counts = { warnings: '[]', attempts: 1, crashes: 0, error: failure(), trial: i % 2 ? i : null };
  await database
    .insertInto('jobs')
    .values({ ...job, ...counts })
    .execute();
  const loss = { jobId: 'job_0', epoch: i + 1, step: i + 1, trainingLoss: 1, validationLoss: 1, metrics: longNames() };
  await database
    .insertInto('losses')
    .values({ ...loss, learningRate: 1, seconds: 1 })
    .execute();
  const summary = {
    members: [large()],
    snapshots: null,
    parameterCount: 1,
    multiplyAddsPerRow: 1,
    metrics: NO_METRICS,
    best: null,
  };
  const model = { ...dated, id: `mdl_${i}`, task: 'binary', target: 'y', description: '{}', sha256: '' } as const;
  await database
    .insertInto('models')
    .values({ ...model, summary: JSON.stringify(summary) })
    .execute();
  await database
    .insertInto('aliases')
    .values({ project: PROJECT, name: `a${i}`, modelId: 'mdl_0', updatedAt: i })
    .execute();
  const sweep = { ...about, id: `swp_00${i}`, state: 'failed', request, ranMs: 0, error: failure() } as const;
  await database.insertInto('sweeps').values(sweep).execute();
  const trial = { ...AT, sweepId, number: i, parameters: JSON.stringify({ x: large() }), state: 'failed' } as const;
  await database.insertInto('trials').values(trial).execute();
  const webhook = { project: PROJECT, url: 'https://example.com/', events: '[]', secret: '', createdAt: 1 };
  await database
    .insertInto('webhooks')
    .values({ ...webhook, id: `whk_${i}` })
    .execute();
  const delivery = { ...AT, webhookId: 'whk_0', type: 'job.failed', payload: longNames(), state: 'failed' } as const;
  await database
    .insertInto('deliveries')
    .values({ ...delivery, id: `msg_${i}` })
    .execute();
  await service.projects.create({ project: PROJECT }, { name: `p${i}`, quotas: {} });
}

const NO_METRICS = { training: null, validation: null, test: null };

interface Item {
  readonly [field: string]: unknown;
}

/** All pages of a list, from the first to the last. */
async function walk(path: string, key?: string): Promise<readonly { items: readonly Item[]; bytes: number }[]> {
  const pages = [];
  const joint = path.includes('?') ? '&' : '?';
  for (let after: string | null | undefined; after !== null; ) {
    const answer = await service.ask(after === undefined ? path : `${path}${joint}after=${after}`, key);
    expect(answer.status).toBe(200);
    const { items, next } = answer.json() as unknown as { items: Item[]; next: string | null };
    pages.push({ items, bytes: Buffer.byteLength(answer.text) });
    after = next;
  }
  return pages;
}

const numbered = (prefix: string) => Array.from({ length: ITEMS }, (_, i) => `${prefix}${i}`);

describe('a list of large items', () => {
  it.each([
    ['/v1/datasets', 'id', numbered('ds_').toReversed()],
    ['/v1/jobs?trials=true', 'id', numbered('job_').toReversed()],
    ['/v1/models', 'id', numbered('mdl_').toReversed()],
    ['/v1/webhooks/whk_0/deliveries', 'id', numbered('msg_').toReversed()],
    ['/v1/jobs/job_0/losses', 'epoch', Array.from({ length: ITEMS }, (_, i) => i + 1)],
  ])('%s sends every item once, in pages within the budget', async (path, field, expected) => {
    const pages = await walk(path);
    expect(pages.flatMap(({ items }) => items.map((item) => item[field]))).toEqual(expected);
    expect(pages.map(({ items }) => items.length)).toEqual([3, 3, 2]);
    for (const { bytes } of pages) expect(bytes).toBeLessThan(PAGE_BYTES + 3 * SMALL);
  });

  it.each(['', '?sort=objective', '?order=desc', '?state=failed'])(
    'trials%s are sent once each, in pages within the budget',
    async (query) => {
      const pages = await walk(`/v1/sweeps/${sweepId}/trials${query}`);
      const numbers = Array.from({ length: ITEMS }, (_, i) => i);
      expect(pages.flatMap(({ items }) => items.map(({ number }) => number))).toEqual(
        query === '?order=desc' ? numbers.toReversed() : numbers,
      );
      for (const { bytes } of pages) expect(bytes).toBeLessThan(PAGE_BYTES + 3 * SMALL);
    },
  );

  it('of sweeps sends every item once, in pages within the budget', async () => {
    const pages = await walk('/v1/sweeps');
    expect(pages.flatMap(({ items }) => items.map(({ id }) => id))).toEqual([
      sweepId,
      ...numbered('swp_00').toReversed(),
    ]);
    expect(pages.length).toBe(3);
    for (const { bytes } of pages) expect(bytes).toBeLessThan(PAGE_BYTES + 4 * SMALL);
  });
});

describe('a list of small items', () => {
  it.each([
    ['/v1/aliases', 'name', numbered('a').toReversed()],
    ['/v1/webhooks', 'id', numbered('whk_').toReversed()],
    ['/v1/jobs', 'id', ['job_6', 'job_4', 'job_2', 'job_0']],
  ])('%s sends every item once, page by page', async (path, field, expected) => {
    const pages = await walk(`${path}?limit=3`);
    expect(pages.flatMap(({ items }) => items.map((item) => item[field]))).toEqual(expected);
  });

  it('of projects and of keys sends every item once, page by page', async () => {
    const { key } = await service.makeKey(['admin']);
    const ids = [];
    for (let i = 0; i < ITEMS; i++) ids.push((await service.makeKey(['read'])).id);
    const keys = (await walk('/v1/keys?limit=3', key)).flatMap(({ items }) => items.map(({ id }) => id));
    expect(keys.slice(0, ITEMS)).toEqual(ids.toReversed());
    expect(new Set(keys).size).toBe(keys.length);
    const projects = (await walk('/v1/projects?limit=3', key)).flatMap(({ items }) => items.map(({ name }) => name));
    expect(projects.toSorted()).toEqual([PROJECT, ...numbered('p')]);
  });
});

describe('a page whose next item alone exceeds the budget', () => {
  it('has that item alone', async () => {
    const { database } = service;
    const error = JSON.stringify({ code: 'internal_error', message: 'x'.repeat(2 * PAGE_BYTES) });
    const row = { project: PROJECT, name: 'n', state: 'failed', bytes: 1, sha256: '', createdAt: 1 } as const;
    await database
      .insertInto('datasets')
      .values({ ...row, id: 'ds_9', error, columns: '[]', warnings: '[]' })
      .execute();
    const answer = await service.ask('/v1/datasets', (await service.makeKey(['read'])).key);
    expect((answer.json().items as Item[]).map(({ id }) => id)).toEqual(['ds_9']);
  });
});
