import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { TENANT } from '../../support/access.ts';
import { binaryOutcome, probabilityOf, regressionOutcome } from '../support/outcomes.ts';
import { openTestService, type TestService } from '../support/testService.ts';

const COLUMNS = ['age', 'id', 'work', 'income'];
let service: TestService;
let model: string;
beforeAll(async () => {
  service = await openTestService();
  model = await service.save(binaryOutcome(), COLUMNS);
});
afterAll(() => service.close());

function predict(
  body: unknown,
  contentType = 'application/json',
  id = model,
  headers: Record<string, string> = {},
  query = '',
) {
  const payload = typeof body === 'string' || body instanceof Buffer ? body : JSON.stringify(body);
  return service.app.inject({
    method: 'POST',
    url: `/v1/models/${id}/predict${query}`,
    payload,
    headers: { 'content-type': contentType, ...headers },
  });
}

describe('predictions of rows in JSON', () => {
  it('equal a forward pass by hand, in the order of the rows', async () => {
    const rows = [
      { age: 62, work: 'Private' },
      { age: 62, work: 'State' },
      { age: 17.5, work: 'State' },
    ];
    const response = await predict({ rows });
    expect(response.statusCode).toBe(200);
    const { predictions, warnings } = response.json();
    expect(warnings).toEqual([]);
    expect(predictions).toHaveLength(3);
    for (const [i, { age, work }] of rows.entries()) {
      const yes = probabilityOf(age, work);
      expect(predictions[i].label).toBe(yes > 0.5 ? 'yes' : 'no');
      expect(predictions[i].probabilities.yes).toBeCloseTo(yes, 6);
      expect(predictions[i].probabilities.no).toBeCloseTo(1 - yes, 6);
    }
  });

  it('are computed for one large body at a time, because its rows need many times its bytes of memory', async () => {
    const rows = Array.from({ length: 30_000 }, () => ({ age: 62, work: 'a long word that is no category' }));
    const steps: string[] = [];
    const last = {
      get age() {
        if (steps.at(-1) !== 'read to its end') steps.push('read to its end');
        return 62;
      },
    };
    const parse = vi.spyOn(JSON, 'parse');
    onTestFinished(() => parse.mockRestore());
    parse.mockImplementation((text) => {
      if (text.length > 2 ** 20) steps.push('parsed');
      return { rows: [...rows.slice(0, 5000), last] };
    });
    const body = Buffer.from(`{"rows":${JSON.stringify(rows)}}`);
    const response = () =>
      service
        .predictions(TENANT)
        .json(model, { stream: Readable.from([body]), contentEncoding: undefined, charset: undefined });
    await Promise.all([response(), response()]);
    expect(steps).toEqual(['parsed', 'read to its end', 'parsed', 'read to its end']);
  });

  it('are numbers in the unit of the target', async () => {
    const response = await predict({ rows: [{ x: 0.5 }] }, 'application/json', await service.save(regressionOutcome()));
    expect(response.json()).toEqual({ predictions: [{ value: 110 }], warnings: [] });
  });

  it('treat missing and unseen values as missing, and warn once per column', async () => {
    const rows = [{ work: 'Private' }, { age: null, work: 'Military' }, { age: 50, work: '?' }];
    const { predictions, warnings } = (await predict({ rows })).json();
    expect(predictions[0].probabilities.yes).toBeCloseTo(probabilityOf(null, 'Private'), 6);
    expect(predictions[1].probabilities.yes).toBeCloseTo(probabilityOf(null, null), 6);
    expect(predictions[2].probabilities.yes).toBeCloseTo(probabilityOf(50, null), 6);
    expect(warnings).toMatchObject([
      { code: 'missing_values', column: 'age', count: 2 },
      { code: 'missing_values', column: 'work', count: 1 },
      { code: 'unseen_category', column: 'work', count: 1, message: expect.stringContaining('"Military"') },
    ]);
  });

  it('ignore the target and columns that the model does not read', async () => {
    const response = await predict({ rows: [{ age: 50, work: 'State', income: 'yes', id: 17 }] });
    expect(response.json().predictions[0].probabilities.yes).toBeCloseTo(probabilityOf(50, 'State'), 6);
  });

  it('treat cells that an upload would not read as missing, and name them in a warning', async () => {
    const rows = [{ age: '37', work: 'State' }, { age: 'old' }, { age: {}, work: 'State' }, { age: true }];
    const { predictions, warnings } = (await predict({ rows })).json();
    expect(predictions[0].probabilities.yes).toBeCloseTo(probabilityOf(37, 'State'), 6);
    expect(predictions[2].probabilities.yes).toBeCloseTo(probabilityOf(null, 'State'), 6);
    const named = '3 of them do not fit the column of the dataset: "old", {}, true.';
    expect(warnings[0]).toMatchObject({ code: 'missing_values', column: 'age', count: 3 });
    expect(warnings[0].message).toContain(named);
  });

  it('list every unknown column and every row that is not an object with its pointer', async () => {
    const rows = [{ age: 1e9 }, { age: 37, wrok: 'State' }, 'row', { wrok: 'State' }, { aeg: 1 }, { wrok: 1 }];
    const response = await predict({ rows });
    expect(response.statusCode).toBe(422);
    const { code, errors } = response.json();
    expect(code).toBe('invalid_rows');
    expect(errors.map(({ path }: { path: string }) => path).sort()).toEqual(
      ['/rows/1/wrok', '/rows/2', '/rows/3/wrok', '/rows/4/aeg', '/rows/5/wrok'].sort(),
    );
    const message = 'The model has no such column. Did you mean `work`?';
    expect(errors).toContainEqual({ path: '/rows/1/wrok', message });
    expect(response.json().detail).toContain('The body has 5 mistakes. The first 3: ');
  });

  it('name the position where a body or a line is not JSON', async () => {
    const body = await predict('{"rows": [{"age": 37,}]}', 'application/json');
    expect(body.json()).toMatchObject({ status: 400, code: 'invalid_json' });
    expect(body.json().detail).toContain('line 1, column 22: expected a name in double quotes, found `}`');
    const lines = await predict('{"age": 37}\n{"age": NaN}\n', 'application/x-ndjson');
    expect(lines.json().errors).toEqual([
      { path: '/rows/1', message: expect.stringContaining('line 2, column 9: expected a value, found `NaN`') },
    ]);
  });

  it('treat a number beyond float64 as missing, as uploads do, and name it as it was written', async () => {
    const { warnings } = (await predict('{"rows": [{"age": 37}, {"age": 1E+999}]}')).json();
    expect(warnings).toContainEqual(
      expect.objectContaining({ column: 'age', message: expect.stringContaining('of the dataset: 1E+999.') }),
    );
  });

  it('name nested values of any depth', async () => {
    const nested = '['.repeat(100_000) + ']'.repeat(100_000);
    const lines = await predict(`{"age": ${nested}, "work": ${nested}}\n`, 'application/x-ndjson');
    expect(lines.statusCode).toBe(200);
    expect(JSON.parse(String(lines.headers['trainyard-warnings']))).toContainEqual(
      expect.objectContaining({ code: 'missing_values', column: 'age' }),
    );
  });

  it('list the first 100 issues, and say that more exist', async () => {
    const response = await predict({ rows: Array.from({ length: 5000 }, () => ({ wrok: 'State' })) });
    expect(response.json().errors).toHaveLength(100);
    expect(response.json().detail).toContain('more than 100 mistakes');
  });

  it.each([
    ['{"rows": ', 400, 'invalid_json'],
    ['', 400, 'invalid_json'],
    ['{}', 400, 'invalid_request'],
    ['{"rows": {}}', 400, 'invalid_request'],
    ['{"rows": [], "row": []}', 400, 'invalid_request'],
  ])('are rejected for %j', async (body, status, code) => {
    const response = await predict(body);
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
  });

  it('are rejected for JSON that is too large, with an alternative', async () => {
    const response = await predict({ rows: [{ work: 'x'.repeat(17 * 2 ** 20) }] });
    expect([response.statusCode, response.json().code]).toEqual([413, 'payload_too_large']);
    expect(response.json().detail).toContain('text/csv');
  });

  it('parse a column as its dataset was parsed', async () => {
    const columns = [{ name: 'age', readAs: { form: 'decimalComma', nullValues: ['-1'] } }, 'id', 'work', 'income'];
    const id = await service.save(binaryOutcome(), columns);
    const commas = await predict('age,work\n"62,000",Private\n-1,Private\n', 'text/csv', id);
    const plain = await predict('age,work\n62,Private\n,Private\n', 'text/csv');
    expect(commas.body).toBe(plain.body);
  });

  it('are rejected if one is not finite', async () => {
    const outcome = regressionOutcome();
    const [W, b] = outcome.parameters;
    const broken = { ...outcome, parameters: [{ ...W, values: Float32Array.of(Number.NaN) }, b] } as typeof outcome;
    const response = await predict({ rows: [{ x: 1 }] }, 'application/json', await service.save(broken));
    expect([response.statusCode, response.json().errors[0].path]).toEqual([422, '/rows/0']);
  });

  it('support any name of a column or class', async () => {
    const hostile = binaryOutcome({ number: '__proto__', category: 'constructor', classes: ['toString', '__proto__'] });
    const id = await service.save(hostile, ['__proto__', 'constructor']);
    const response = await predict('{"rows": [{"__proto__": 62, "constructor": "Private"}]}', 'application/json', id);
    expect(response.statusCode).toBe(200);
    const [{ probabilities }] = response.json().predictions;
    expect(Object.keys(probabilities)).toEqual(['toString', '__proto__']);
    const csv = await predict('constructor,__proto__\nPrivate,62\n', 'text/csv', id);
    expect(csv.body.split('\n')[0]).toBe('prediction,probability_toString,probability___proto__');
  });
});

describe('predictions of rows in text', () => {
  const rows = [
    { age: 62, work: 'Private' },
    { age: 62.5, work: 'State' },
    { age: null, work: 'Military' },
  ];

  it('are the same in JSON, CSV, TSV and NDJSON', async () => {
    const { predictions } = (await predict({ rows })).json();
    const lines = predictions.map(({ label, probabilities: { no, yes } }: never) => [label, no, yes].join());
    const csv = await predict('age,work\n62,Private\n62.5,State\n,Military\n', 'text/csv');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(csv.body).toBe(['prediction,probability_no,probability_yes', ...lines, ''].join('\n'));
    const tsv = await predict('age\twork\n62\tPrivate\n62.5\tState\n\tMilitary\n', 'text/tab-separated-values');
    expect(tsv.body.replaceAll('\t', ',')).toBe(csv.body);
    const ndjson = await predict(rows.map((row) => JSON.stringify(row)).join('\n'), 'application/x-ndjson');
    expect(
      ndjson.body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(predictions);
  });

  it('list in a header what was treated as missing', async () => {
    const { headers } = await predict('age,work\n,Private\n3,Militär\n', 'text/csv');
    expect(JSON.parse(String(headers['trainyard-warnings']))).toEqual([
      { code: 'missing_values', column: 'age', count: 1 },
      { code: 'unseen_category', column: 'work', count: 1 },
    ]);
  });

  it.each([
    ['columns in another order', 'income,work,age\nyes,Private,62\n'],
    ['semicolons', 'age;work\n62;Private\n'],
    ['spaces after commas', 'age, work\n 62, Private\n'],
    ['CRLF and a byte order mark', '\uFEFFage,work\r\n62,Private\r\n'],
    ['CR alone', 'age,work\r62,Private\r'],
    ['quotes everywhere', '"age","work"\n"62","Private"'],
    ['commas at the ends', 'age,work,\n62,Private,\n'],
    ['empty lines', 'age,work\n\n62,Private\n\n'],
  ])('parse %s', async (_what, csv) => {
    const { body } = await predict(csv, 'text/csv');
    const [, line = ''] = body.split('\n');
    expect(Number(line.split(',')[2])).toBeCloseTo(probabilityOf(62, 'Private'), 6);
  });

  it('decode gzip, and other charsets by name or byte order mark', async () => {
    const csv = 'age,work\n62,Private\n';
    const plain = (await predict(csv, 'text/csv')).body;
    const utf16 = Buffer.from(`\uFEFF${csv}`, 'utf16le');
    expect((await predict(gzipSync(csv), 'text/csv', model, { 'content-encoding': 'gzip' })).body).toBe(plain);
    expect((await predict(utf16, 'text/csv')).body).toBe(plain);
    expect((await predict(utf16.subarray(2), 'text/csv; charset=utf-16le')).body).toBe(plain);
    expect((await predict(Buffer.from('age,work\n62,Größe\n', 'latin1'), 'text/csv')).statusCode).toBe(200);
    expect((await predict(csv, 'text/csv', model, { 'content-encoding': 'gzip' })).statusCode).toBe(422);
    expect((await predict(csv, 'text/csv', model, { 'content-encoding': 'br' })).statusCode).toBe(415);
    expect((await predict(csv, 'text/csv; charset=klingon')).statusCode).toBe(415);
    expect((await predict(csv, 'text/html')).statusCode).toBe(415);
  });

  it('reject unknown and duplicate columns and wrong lengths with their pointers', async () => {
    const paths = async (csv: string) => {
      const response = await predict(csv, 'text/csv');
      expect(response.statusCode).toBe(422);
      return (response.json().errors ?? []).map(({ path }: { path: string }) => path);
    };
    expect(await paths('age,extra,work\n1,2,State\n')).toEqual(['/columns/extra']);
    expect(await paths('age,work,age\n1,State,2\n')).toEqual(['/columns/age_2']);
    expect(await paths('age,work\n1,State\nold,State\n1,State,x\n')).toEqual(['/rows/2']);
    expect(await paths('')).toEqual([]);
    expect(await paths('age,work\n1,"State\n')).toEqual([]);
    const ndjson = await predict('{"age": 1}\nnonsense\nnull\n{"aeg": "1"}', 'application/x-ndjson');
    expect(ndjson.json().errors.map(({ path }: { path: string }) => path)).toEqual([
      '/rows/1',
      '/rows/2',
      '/rows/3/aeg',
    ]);
  });

  const FORMULAS = ['=HYPERLINK("x")', '@a,\n"b"'];
  const ROWS = 'age,work\n62,Private\n62,State\n';
  const forSpreadsheets = (body: string, type: string, id: string) => predict(body, type, id, {}, '?spreadsheet=true');

  it('have unchanged labels, quoted so that every parser splits them alike', async () => {
    const id = await service.save(binaryOutcome({ classes: FORMULAS }));
    const { body } = await predict(ROWS, 'text/csv', id);
    expect(body).toContain(`\n"=HYPERLINK(""x"")",`);
    expect(body).toContain(`\n"@a,\n""b""",`);
    expect(body).not.toContain("'");
  });

  it.each([
    ['text/csv', ','],
    ['text/tab-separated-values', '\t'],
  ])('have an apostrophe before formulas in %s with `spreadsheet`', async (type, delimiter) => {
    const id = await service.save(binaryOutcome({ classes: FORMULAS }));
    const { body } = await forSpreadsheets(ROWS.replaceAll(',', delimiter), type, id);
    expect(body).toContain(`'=HYPERLINK(`);
    expect(body).toContain(`'@a,`);
  });

  it('have no apostrophe before numbers, and none in JSON and NDJSON', async () => {
    const id = await service.save(binaryOutcome({ classes: ['-1.5', '-low'] }));
    const csv = await forSpreadsheets(ROWS, 'text/csv', id);
    expect(csv.body.split('\n').map((line) => line.split(',')[0])).toEqual(['prediction', '-1.5', "'-low", '']);
    const ndjson = await forSpreadsheets('{"age":62,"work":"State"}', 'application/x-ndjson', id);
    expect(JSON.parse(ndjson.body).label).toBe('-low');
    const json = await forSpreadsheets('{"rows":[{"age":62,"work":"State"}]}', 'application/json', id);
    expect(json.json().predictions[0].label).toBe('-low');
  });

  it.each([
    ['?spreadsheet=1', '/spreadsheet'],
    ['?spreadsheets=true', '/spreadsheets'],
  ])('are rejected with %s', async (query, path) => {
    const response = await predict(ROWS, 'text/csv', undefined, {}, query);
    expect([response.statusCode, response.json().errors[0].path]).toEqual([400, path]);
  });
});
