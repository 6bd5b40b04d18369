import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_QUOTAS } from '../../src/kit/contract/caller.ts';
import type { Models } from '../../src/models/service.ts';
import { binaryOutcome } from './support/outcomes.ts';
import { openTestService, type TestService } from './support/testService.ts';

let room: TestService;
let risk: Models;
let theirs: string;
beforeAll(async () => {
  room = await openTestService();
  await room.database
    .insertInto('projects')
    .values({ name: 'risk', ...NO_QUOTAS, createdAt: 0 })
    .execute();
  risk = room.modelsOf({ project: 'risk', quotas: NO_QUOTAS });
  theirs = await room.save(binaryOutcome(), [], 'risk');
});
afterAll(() => room.close());

const body = (content: string) => ({
  stream: Readable.from([Buffer.from(content)]),
  contentEncoding: undefined,
  charset: undefined,
});
const rows = (count: number) => JSON.stringify({ rows: Array(count).fill({ age: 50, work: 'State' }) });
const csv = (count: number) => `age,work\n${'50,State\n'.repeat(count)}`;

describe('a model', () => {
  it('belongs to the project of its job', async () => {
    expect(await risk.get(theirs)).toMatchObject({ id: theirs });
    expect((await risk.list({ limit: 10 })).items).toMatchObject([{ id: theirs }]);
    expect((await room.models.list({ limit: 10 })).items).toEqual([]);
  });

  it('answers its own project alone, also when it is in memory and by an alias', async () => {
    await risk.aliases.put('live', theirs);
    expect((await risk.predictJson('live', body(rows(1)))).predictions).toHaveLength(1);
    for (const name of [theirs, 'live']) {
      await expect(room.models.predictJson(name, body(rows(1)))).rejects.toMatchObject({ code: 'model_not_found' });
      await expect(room.models.remove(name, true)).rejects.toMatchObject({ code: 'model_not_found' });
    }
    await expect(room.models.aliases.put('live', theirs)).rejects.toMatchObject({ code: 'model_not_found' });
  });
});

const CSV = { format: 'text/csv', spreadsheet: false } as const;

describe('a project that may predict so many rows at once', () => {
  const few = () => room.modelsOf({ project: 'risk', quotas: { ...NO_QUOTAS, predictRows: 300 } });
  const refusal = { code: 'predict_rows_quota', message: expect.stringContaining('300 rows') };

  it('is answered up to that', async () => {
    expect((await few().predictJson(theirs, body(rows(300)))).predictions).toHaveLength(300);
    const { stream } = await few().predictText(theirs, CSV, body(csv(300)));
    expect((await text(stream)).trim().split('\n')).toHaveLength(301);
  });

  it('is refused one more, in JSON and in text', async () => {
    await expect(few().predictJson(theirs, body(rows(301)))).rejects.toMatchObject(refusal);
    await expect(few().predictText(theirs, CSV, body(csv(301)))).rejects.toMatchObject(refusal);
  });
});
