import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/datasets/schemas.ts';
import { startDatasets, type TestService } from './support/service.ts';
import { columnOf, upload } from './support/upload.ts';

let service: TestService;
beforeAll(async () => {
  service = await startDatasets();
});
afterAll(() => service.close());

async function read(cells: readonly string[], query: Readonly<Record<string, string>> = {}): Promise<Dataset> {
  const body = ['x;y', ...cells.map((cell, row) => `"${cell}";${row % 7}`)].join('\n');
  const answer = await upload(service, `${body}\n`, { query: { delimiter: ';', ...query } });
  expect(answer.statusCode).toBe(201);
  return answer.json();
}

const repeat = (cells: readonly string[], count: number) =>
  Array.from({ length: count }, (_, row) => cells[row % cells.length] ?? '');
const warning = ({ warnings }: Dataset, code: string) => warnings.find((each) => each.code === code);
const NUMBERS = ['1.5', '22', '-3'];

describe('words among numbers', () => {
  it.each(['None', '-', '\\N', 'unknown', '0000-00-00'])('such as %s are counted and named', async (word) => {
    const dataset = await read([...repeat(NUMBERS, 300), word, word, 'odd']);
    expect(columnOf(dataset, 'x')).toMatchObject({ type: 'numeric', missing: 3 });
    const message = `3 cells are not numeric and became missing; the most frequent: ${JSON.stringify(word)} 2 times, "odd" once.`;
    expect(warning(dataset, 'mixed_types')?.message).toBe(message);
  });

  it('are too many for numbers above 2 %, and a warning says how to read numbers', async () => {
    const cells = [...repeat(NUMBERS, 90), ...repeat(['None'], 10)];
    const dataset = await read(cells);
    expect(columnOf(dataset, 'x').type).toBe('categorical');
    expect(warning(dataset, 'mixed_types')?.message).toContain('90 of 100 cells are numeric');
    expect(warning(dataset, 'mixed_types')?.message).toContain('"None" 10 times');
    const requested = await read(cells, { nullValues: 'None' });
    expect(columnOf(requested, 'x')).toMatchObject({ type: 'numeric', missing: 10 });
  });
});

describe('numbers', () => {
  it.each([
    ['%', ['5 %', '12.5%', '-3%']],
    ['€', ['1,5 €', '1.200,00\u00a0€', '7 €']],
    ['$', ['$5.20', '-$1,234.50', '($7)']],
  ])('with %s have their unit in the profile and in a warning', async (unit, cells) => {
    const dataset = await read([...repeat(cells, 60), 'NA']);
    expect(columnOf(dataset, 'x')).toMatchObject({ type: 'numeric', unit, missing: 1 });
    expect(warning(dataset, 'unit_left_out')?.message).toContain(`60 cells have the unit ${unit}, which was left out`);
  });

  it.each([
    ['5 EUR', '6.5 EUR'],
    ['USD 1,234', 'USD 7'],
    ['₹5', '₹7'],
    ['5 ‰', '3 ‰'],
    ['$5', '€6'],
    ['20°C', '-3°C'],
  ])('with other units are words, and a warning says so: %s and %s', async (...cells) => {
    const dataset = await read(repeat(cells, 30));
    expect(columnOf(dataset, 'x').type).toBe('categorical');
    expect(warning(dataset, 'unread_units')?.message).toMatch(/^Cells such as ".*\d.*" are numbers/);
  });

  it.each([
    ['A1', 'B2'],
    ['5kg', '7kg'],
    ['EUR', 'USD'],
  ])('are not codes such as %s and %s', async (...cells) => {
    expect(warning(await read(repeat(cells, 30)), 'unread_units')).toBeUndefined();
  });

  it('without units have no such warning', async () => {
    expect(warning(await read(repeat(NUMBERS, 30)), 'unit_left_out')).toBeUndefined();
  });

  it.each([
    ['no-break spaces', ['1.5\u00a0', '\u00a02', '3'], [1.5, 2, 3]],
    ['typographic minus', ['\u22121.5', '2', '3'], [-1.5, 2, 3]],
    ['brackets', ['(1.5)', '2', '3'], [-1.5, 2, 3]],
    ['apostrophes', ["1'234.5", '7', '1\u2019234\u2019567'], [1234.5, 7, 1_234_567]],
    ['commas between lakhs', ['1,23,456.5', '12,34,567', '45,000'], [123_456.5, 1_234_567, 45_000]],
    ['thin spaces', ['1\u2009234\u2009567', '2', '3'], [1_234_567, 2, 3]],
  ])('are read with %s', async (_name, cells, values) => {
    const dataset = await read(repeat(cells, 30));
    const rows = await service.app.inject({ url: `/v1/datasets/${dataset.id}/rows?limit=3` });
    expect(rows.json().items.map(({ x }: { x: number }) => x)).toEqual(values);
  });

  it.each([
    ['-1', [...repeat(['00501', '10001'], 100), '-1']],
    ['a mark of missing values', [...repeat(['00501', '10001'], 100), '#N/A']],
    ['a blank', [...repeat(['10001'], 100), ' 00501', '+7']],
  ])('with leading zeros are codes beside %s', async (_name, cells) => {
    const dataset = await read(cells);
    expect(columnOf(dataset, 'x').type).toBe('categorical');
  });

  it('that begin with 0 and a comma have no thousands', async () => {
    const cells = repeat(['0,125', '0,250', '1,500'], 30);
    const answer = await upload(service, ['x\ty', ...cells.map((cell) => `${cell}\t1`)].join('\n'), {
      type: 'text/tab-separated-values',
    });
    expect(columnOf(answer.json(), 'x')).toMatchObject({ min: 0.125, max: 1.5 });
  });

  it('with an ambiguous comma are warned about', async () => {
    expect(warning(await read(repeat(['1,125', '2,250'], 30)), 'ambiguous_numbers')?.message).toContain(
      'decimal comma',
    );
    expect(warning(await read(repeat(['1,125', '2,2'], 30)), 'ambiguous_numbers')).toBeUndefined();
  });

  it('beyond 2^53 are warned about, and are exact as categories', async () => {
    const cells = repeat(['9007199254740993', '9007199254740992'], 30);
    expect(warning(await read(cells), 'inexact_integers')?.message).toContain('30 whole numbers');
    const dataset = await read(cells, { types: JSON.stringify({ x: 'categorical' }) });
    expect(columnOf(dataset, 'x')).toMatchObject({ distinct: 2 });
    expect(warning(dataset, 'inexact_integers')).toBeUndefined();
  });
});

it('years of two digits are warned about', async () => {
  expect(warning(await read(repeat(['11-JAN-52', '04-DEC-67'], 30)), 'two_digit_years')).toBeDefined();
  expect(warning(await read(repeat(['11-JAN-1952', '04-DEC-1967'], 30)), 'two_digit_years')).toBeUndefined();
});

describe('time zones after dates in other formats than ISO 8601', () => {
  it.each(['UTC', 'EST', '+02:00', 'Europe/Berlin', '[Europe/Berlin]', 'Z'])('such as %s', async (zone) => {
    const times = Array.from({ length: 50 }, (_, row) => `03/${(row % 28) + 1}/2021 5:${10 + row} PM ${zone}`);
    const dataset = await read(times);
    expect(warning(dataset, 'unread_zones')?.message).toMatch(/^Times such as ".*2021 5:.*" were not read/);
  });

  it('in a few cells of a column of times', async () => {
    const dataset = await read([...repeat(['03/04/2021 05:00', '3/14/2021 6:30'], 200), '03/04/2021 05:00 UTC']);
    expect(columnOf(dataset, 'x')).toMatchObject({ type: 'datetime', missing: 1 });
    expect(warning(dataset, 'unread_zones')?.message).toContain('"03/04/2021 05:00 UTC"');
  });

  it('but not times that are read, nor words', async () => {
    expect(warning(await read(repeat(['2021-03-04 05:00 UTC', '3/4/2021 6:30'], 50)), 'unread_zones')).toBeUndefined();
    expect(warning(await read(repeat(['open 10:00 AM', 'closed', '12:30'], 50)), 'unread_zones')).toBeUndefined();
  });
});

describe('abbreviations of several time zones are warned about', () => {
  const times = (zone: string, count: number) =>
    Array.from({ length: count }, (_, minute) => `2021-03-04 05:${String(minute % 60).padStart(2, '0')} ${zone}`);

  it.each(['CST', 'IST', 'BST'])('in a whole column: %s', async (zone) => {
    const dataset = await read(times(zone, 50));
    expect(columnOf(dataset, 'x').type).not.toBe('datetime');
    expect(warning(dataset, 'ambiguous_zones')?.message).toContain(`Times such as "2021-03-04 05:00 ${zone}"`);
  });

  it('in a few cells of a column of times', async () => {
    const dataset = await read([...times('America/Chicago', 200), ...times('CST', 2)]);
    expect(columnOf(dataset, 'x')).toMatchObject({ type: 'datetime', missing: 2, min: '2021-03-04T11:00:00.000Z' });
    expect(warning(dataset, 'ambiguous_zones')?.message).toContain('05:00 CST');
  });

  it('but not names of one zone, nor words', async () => {
    expect(warning(await read(times('CET', 50)), 'ambiguous_zones')).toBeUndefined();
    expect(warning(await read(repeat(['MacBook 2 CST', 'phone', 'desk'], 50)), 'ambiguous_zones')).toBeUndefined();
  });
});
