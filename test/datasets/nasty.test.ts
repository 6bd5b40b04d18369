import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/datasets/schemas.ts';
import { startDatasets, type TestService } from './support/service.ts';
import { cellsOf, columnOf, typesOf, type UploadWith, upload, uploadFile, warningCodes } from './support/upload.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/data/nasty/', import.meta.url));
const isThere = existsSync(FOLDER);
if (!isThere) console.warn(`skipped: the files that break loaders are not at ${FOLDER}`);

let service: TestService;
beforeAll(async () => {
  service = await startDatasets();
});
afterAll(() => service.close());

const read = (file: string, options?: UploadWith) => uploadFile(service, `${FOLDER}${file}`, options);

async function refusal(file: string): Promise<string> {
  const answer = await upload(service, readFileSync(`${FOLDER}${file}`));
  expect(answer.statusCode).toBe(422);
  expect(answer.json().code).toBe('invalid_file');
  return answer.json().detail;
}

/** Expects the first 400 rows of adult, whatever their file format. */
function expectAdult(dataset: Dataset): void {
  expect(dataset.rows).toBe(400);
  expect(dataset.columns).toHaveLength(15);
  expect(dataset.columns[0]).toMatchObject({ name: 'age', type: 'numeric', min: 17, max: 85 });
  expect(dataset.columns[1]).toMatchObject({ name: 'workclass', type: 'categorical', missing: 23 });
  expect(dataset.columns[9]).toMatchObject({ name: 'sex', distinct: 2, top: [{ value: 'Male' }, { value: 'Female' }] });
  const income = columnOf(dataset, 'income');
  expect('top' in income && income.top.map(({ value }) => value)).toEqual(['<=50K', '>50K']);
}

describe.skipIf(!isThere)('files that break parsers', () => {
  it.each([
    'adult_crlf.csv',
    'adult_cr_only.csv',
    'adult_bom.csv',
    'adult_quoted_all.csv',
    'adult_blanks_after_comma.csv',
    'adult_question_marks.csv',
    'adult_no_final_newline.csv',
    'adult_blank_lines.csv',
    'adult_gzip_named_csv.csv',
    'adult_utf16le.csv',
  ])('%s has the rows of adult', async (file) => {
    expectAdult(await read(file));
  });

  it('adult_no_header.csv has its first row as data', async () => {
    const dataset = await read('adult_no_header.csv');
    expect(dataset.rows).toBe(400);
    expect(dataset.columns[0]).toMatchObject({ name: 'column1', type: 'numeric' });
  });

  it.each([
    ['wine_semicolon_eu.csv', 'text/csv'],
    ['wine_pipe.csv', 'text/csv'],
    ['wine_tab.tsv', 'text/tab-separated-values'],
    ['wine_tab.tsv', 'text/csv'],
  ])('%s as %s has 12 columns of numbers', async (file, type) => {
    const dataset = await read(file, { type });
    expect(dataset).toMatchObject({ rows: 500, warnings: [] });
    expect(dataset.columns.map((column) => column.type)).toEqual(['categorical', ...Array(12).fill('numeric')]);
    expect(columnOf(dataset, 'fixed acidity')).toMatchObject({ missing: 0, min: 4.6, max: 15.5 });
  });

  it('cardio_semicolon.csv has 13 columns', async () => {
    const dataset = await read('cardio_semicolon.csv');
    expect(dataset).toMatchObject({ rows: 500 });
    expect(typesOf(dataset).slice(0, 3)).toEqual(['id: identifier', 'age: numeric', 'gender: numeric']);
  });

  it('bank_no_header.csv needs no options, and accepts them', async () => {
    expect(await read('bank_no_header.csv')).toMatchObject({ rows: 501, columns: { length: 17 } });
    expect(await read('bank_no_header.csv', { query: { header: 'false' } })).toMatchObject({ rows: 501 });
  });

  it('airlines_latin1.csv is decoded, NA is missing', async () => {
    const dataset = await read('airlines_latin1.csv');
    expect(dataset.rows).toBe(349);
    expect(columnOf(dataset, 'DepDelay')).toMatchObject({ type: 'numeric', missing: 8 });
  });

  it('used_vehicles_nameless_first_column.csv gets a generated column name', async () => {
    const dataset = await read('used_vehicles_nameless_first_column.csv');
    expect(dataset.rows).toBe(300);
    expect(typesOf(dataset).slice(0, 3)).toEqual(['column1: identifier', 'id: identifier', 'price: numeric']);
  });

  it('latin1_names.csv has its umlauts', async () => {
    const dataset = await read('latin1_names.csv');
    expect(typesOf(dataset)).toEqual(['größe: numeric', 'länge: numeric', 'café: categorical', 'ziel: numeric']);
  });

  it('quoted_newlines.csv has 200 rows, newlines and quotes inside the cells', async () => {
    const dataset = await read('quoted_newlines.csv');
    expect(dataset).toMatchObject({ rows: 200, columns: { length: 4 } });
    expect((await cellsOf(service, dataset, 'review', 1))[0]).toMatch(
      /^line one\r?\nline "two" of 0,\r?\nwith comma; and tab\t\.$/,
    );
  });

  it('stray_quotes.csv has the quote inside a cell', async () => {
    const dataset = await read('stray_quotes.csv');
    expect(dataset.rows).toBe(60);
    expect(columnOf(dataset, 'b')).toMatchObject({ top: [{ value: '5" pipe', count: 60 }] });
  });

  it('dates_zoo.csv has dates in five formats and one number', async () => {
    const dataset = await read('dates_zoo.csv');
    expect(typesOf(dataset)).toEqual([
      ...['iso', 'us', 'eu', 'iso_time'].map((name) => `${name}: datetime`),
      'epoch: numeric',
      'words: datetime',
      'y: numeric',
    ]);
    const firstDays = await Promise.all(['iso', 'us', 'eu', 'words'].map((name) => cellsOf(service, dataset, name, 2)));
    expect(new Set(firstDays.map(([, second]) => second))).toEqual(new Set(['2024-02-02T00:00:00.000Z']));
    expect(warningCodes(dataset)).not.toContain('ambiguous_dates us');
  });

  it('case_and_blank_headers.csv has six columns with unique names', async () => {
    const dataset = await read('case_and_blank_headers.csv');
    expect(dataset.columns.map(({ name }) => name)).toEqual(['A', 'a', 'a_2', 'column4', 'column5', 'y']);
    expect(await cellsOf(service, dataset, 'A', 2)).toEqual([0, 1]);
    expect(await cellsOf(service, dataset, 'a', 2)).toEqual([1, 2]);
  });

  it('hostile_headers.csv has its twelve names as data', async () => {
    const dataset = await read('hostile_headers.csv');
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', 'a,b', 'q"uote', 'new\nline'];
    expect(dataset.columns.map(({ name }) => name)).toEqual([...names, '=1+1', '<b>x</b>', '🎯', 'y']);
    const rows = await service.app.inject({ url: `/v1/datasets/${dataset.id}/rows?limit=2` });
    expect(rows.body).toContain('"__proto__":1,"constructor":1');
  });

  it('formula_cells.csv has formulas as text', async () => {
    const dataset = await read('formula_cells.csv');
    expect(await cellsOf(service, dataset, 'name', 1)).toEqual(['=HYPERLINK("x")']);
  });

  it('one_column.csv is a table of one column', async () => {
    expect(typesOf(await read('one_column.csv'))).toEqual(['y: numeric']);
  });

  it('newline_only.csv is refused', async () => {
    expect(await refusal('newline_only.csv')).toMatch(/at least one row/);
  });

  it('trailing_commas.csv loses its nameless, empty column with a warning', async () => {
    const dataset = await read('trailing_commas.csv');
    expect(typesOf(dataset)).toEqual(['a: numeric', 'b: numeric', 'y: numeric']);
    expect(warningCodes(dataset)).toEqual(['dropped_column column4']);
  });

  it('constant_columns.csv is parsed with a warning for each', async () => {
    expect(warningCodes(await read('constant_columns.csv'))).toEqual(['constant_column k', 'constant_column s']);
  });

  it('missing_targets.csv counts the missing targets', async () => {
    expect(columnOf(await read('missing_targets.csv'), 'y')).toMatchObject({
      type: 'numeric',
      missing: 50,
      distinct: 2,
    });
  });

  it('rare_class.csv has the class with one row', async () => {
    const column = columnOf(await read('rare_class.csv'), 'y');
    expect('top' in column && column.top.at(-1)).toMatchObject({ count: 1 });
  });

  it('heavy_tail_target.csv has finite statistics', async () => {
    const column = columnOf(await read('heavy_tail_target.csv'), 'y');
    expect(column.type === 'numeric' && Number.isFinite(column.standardDeviation)).toBe(true);
  });

  it('booleans_zoo.csv has two values in each column', async () => {
    const dataset = await read('booleans_zoo.csv');
    expect(typesOf(dataset)).toEqual(['p: boolean', 'q: boolean', 'r: categorical', 's: categorical', 'y: numeric']);
    expect(dataset.columns.map(({ distinct }) => distinct)).toEqual([2, 2, 2, 2, 2]);
  });

  it('type_changes_late.csv reports the one cell that is not a number', async () => {
    const dataset = await read('type_changes_late.csv');
    expect(dataset.rows).toBe(20_001);
    expect(columnOf(dataset, 'a')).toMatchObject({ type: 'numeric', missing: 1 });
    expect(warningCodes(dataset)).toContain('mixed_types a');
  });

  it('wide_5000.csv.gz is parsed', async () => {
    expect(await read('wide_5000.csv.gz')).toMatchObject({ rows: 60, columns: { length: 5001 } });
  }, 240_000);

  it('unicode_categories.csv is preserved byte for byte', async () => {
    const column = columnOf(await read('unicode_categories.csv'), 'city');
    const values = 'top' in column ? column.top.map(({ value }) => value) : [];
    expect(values).toContain('S\u00e3o Paulo');
    expect(values).toContain('\u202eabc');
    expect(column.distinct).toBe(7);
  });

  it.each([
    ['unseen_category_train.csv', 300],
    ['predict_shuffled_columns.csv', 2],
    ['leaky_target.csv', 400],
    ['duplicate_rows.csv', 1000],
  ])('%s is read completely', async (file, rows) => {
    expect(await read(file)).toMatchObject({ rows, columns: { length: 3 } });
  });

  it.each([
    ['png_named_csv.csv', /PNG image/],
    ['json_named_csv.csv', /application\/json/],
    ['zip_named_csv.csv', /zip archive.*unpack it/],
  ])('%s is refused with the remedy', async (file, message) => {
    expect(await refusal(file)).toMatch(message);
  });
});
