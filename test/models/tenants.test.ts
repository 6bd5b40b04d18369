import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_QUOTAS, type Tenant } from '../../src/kit/contract/caller.ts';
import { TENANT } from '../support/access.ts';
import { binaryOutcome } from './support/outcomes.ts';
import { openTestService, type TestService } from './support/testService.ts';

const RISK: Tenant = { project: 'risk', quotas: NO_QUOTAS };

let service: TestService;
let theirs: string;
beforeAll(async () => {
  service = await openTestService();
  await service.database
    .insertInto('projects')
    .values({ name: 'risk', ...NO_QUOTAS, createdAt: 0 })
    .execute();
  theirs = await service.save(binaryOutcome(), [], 'risk');
});
afterAll(() => service.close());

const body = (content: string) => ({
  stream: Readable.from([Buffer.from(content)]),
  contentEncoding: undefined,
  charset: undefined,
});
const rows = (count: number) => JSON.stringify({ rows: Array(count).fill({ age: 50, work: 'State' }) });
const csv = (count: number) => `age,work\n${'50,State\n'.repeat(count)}`;

describe('a model', () => {
  it('belongs to the project of its job', async () => {
    const models = service.models(RISK);
    expect(await models.get(theirs)).toMatchObject({ id: theirs });
    expect((await models.list({ limit: 10 })).items).toMatchObject([{ id: theirs }]);
    expect((await service.models(TENANT).list({ limit: 10 })).items).toEqual([]);
  });

  it('is found by its own project only, also while it is cached and by an alias', async () => {
    await service.aliases(RISK).put('live', theirs);
    expect((await service.predictions(RISK).json('live', body(rows(1)))).predictions).toHaveLength(1);
    const notFound = { code: 'model_not_found' };
    for (const name of [theirs, 'live']) {
      await expect(service.predictions(TENANT).json(name, body(rows(1)))).rejects.toMatchObject(notFound);
      await expect(service.models(TENANT).remove(name, true)).rejects.toMatchObject(notFound);
      await expect(service.parameters(TENANT).json(name)).rejects.toMatchObject(notFound);
      await expect(service.splits(TENANT).get(name)).rejects.toMatchObject(notFound);
    }
    await expect(service.aliases(TENANT).put('live', theirs)).rejects.toMatchObject(notFound);
  });
});

const CSV = { declared: 'csv', delimiter: null, header: null, spreadsheet: false } as const;

describe('a project with a limit of predicted rows', () => {
  const limited = () => service.predictions({ project: 'risk', quotas: { ...NO_QUOTAS, predictRows: 300 } });
  const refusal = { code: 'predict_rows_quota', message: expect.stringContaining('300 rows') };

  it('may send as many rows', async () => {
    expect((await limited().json(theirs, body(rows(300)))).predictions).toHaveLength(300);
    const response = await limited().rows(theirs, CSV, body(csv(300)));
    if ('json' in response) throw new Error('Expected CSV.');
    expect((await text(response.stream)).trim().split('\n')).toHaveLength(301);
  });

  it('may not send one more, in JSON or in text', async () => {
    await expect(limited().json(theirs, body(rows(301)))).rejects.toMatchObject(refusal);
    await expect(limited().rows(theirs, CSV, body(csv(301)))).rejects.toMatchObject(refusal);
  });
});
