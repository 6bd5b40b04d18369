import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDatasets, type TestService } from './support/service.ts';
import { upload } from './support/upload.ts';

let service: TestService;
beforeAll(async () => {
  service = await startDatasets();
});
afterAll(() => service.close());

it('stores the format of each column, and does not return it', async () => {
  const body = 'day;price;kind;count\n31/12/2024;1,5;a;1\n1/2/2024;-;b;2\n';
  const answer = await upload(service, body, { query: { nullValues: '-' } });
  expect(answer.body).not.toContain('readAs');
  const row = await service.database
    .selectFrom('datasets')
    .select('readAs')
    .where('id', '=', answer.json().id)
    .executeTakeFirstOrThrow();
  const nullValues = ['-'];
  expect(JSON.parse(row.readAs)).toEqual([
    { type: 'datetime', form: '%d/%m/%Y', nullValues },
    { type: 'numeric', form: 'decimalComma', nullValues },
    { type: 'categorical', nullValues },
    { type: 'numeric', form: 'plain', nullValues },
  ]);
});
