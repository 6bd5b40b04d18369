import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

const NDJSON = 'application/x-ndjson';
const JSON_TYPE = 'application/json';
/** Values of a column of words that JSON writes in different ways. */
const CODES = ['7', '7.0', '7.00', '1e2', '9007199254740993', '9007199254740992', '-0', '1E400', '[1.0]', '"w"'];

let service: TrainingService;
let model: string;
let whole: string;
beforeAll(async () => {
  service = await openTrainingService();
  const rows = Array.from(
    { length: 120 },
    (_, i) => `{"code": ${CODES[i % CODES.length]}, "y": "${i % 2 ? 'b' : 'a'}"}`,
  );
  whole = `${rows.join('\n')}\n`;
  const { id } = (await service.post(whole, NDJSON)).json();
  model = await service.train(id, { target: 'y', features: { minCategoryCount: 1 }, training: { epochs: 2 } });
});
afterAll(() => service.close());

async function predict(payload: string | Buffer | object, type: string) {
  const headers = { 'content-type': type };
  return service.app.inject({ method: 'POST', url: `/v1/models/${model}/predict`, headers, payload });
}

describe('numbers in a column of words', () => {
  it('are categories as they are written', async () => {
    const { inputs } = await service.model(model);
    const texts = CODES.map((code) => (code === '"w"' ? 'w' : code));
    expect(new Set(inputs.find(({ name }) => name === 'code')?.categories)).toEqual(new Set(texts));
  });

  it.each([
    ['NDJSON', NDJSON, (rows: string) => rows],
    ['an array', JSON_TYPE, (rows: string) => `[${rows.trim().replaceAll('\n', ',\n')}]`],
    ['rows', JSON_TYPE, (rows: string) => `{"rows": [1], "rows" : [${rows.trim().replaceAll('\n', ', ')}] }`],
  ])('are the same categories in %s', async (_, type, bodyOf) => {
    const response = await predict(bodyOf(whole), type);
    expect(response.statusCode).toBe(200);
    const warnings = type === NDJSON ? (response.headers['trainyard-warnings'] ?? []) : response.json().warnings;
    expect(warnings).toEqual([]);
  });

  it('are the same categories in the rows of the dataset', async () => {
    const { id } = (await service.post(whole, NDJSON)).json();
    const rows = await service.datasetRows(id);
    const { predictions, warnings } = (await predict({ rows }, JSON_TYPE)).json();
    const fromFile = (await predict(whole, NDJSON)).body.trim().split('\n');
    expect(warnings).toEqual([]);
    expect(predictions).toEqual(fromFile.map((line) => JSON.parse(line)));
  });

  it('are unknown categories if they are written otherwise', async () => {
    const { warnings } = (await predict('{"rows":[{"code":7.000},{"code":1E2},{"code":[1]}]}', JSON_TYPE)).json();
    expect(warnings).toEqual([expect.objectContaining({ code: 'unseen_category', count: 3 })]);
    expect(warnings[0].message).toContain('"7.000", "1E2", "[1]"');
  });
});

const ROWS = ['{"code":7.00,"y":"a"}', '{"code":"w","y":"b"}', '{"code":1e2,"y":"a"}'];

describe('a file of JSON', () => {
  const expected = async () => (await predict(`[${ROWS.join()}]`, JSON_TYPE)).json().predictions;
  const lines = ROWS.join('\n');

  it.each([
    ['CR', ROWS.join('\r'), NDJSON],
    ['CRLF', `${ROWS.join('\r\n')}\r\n`, NDJSON],
    ['mixed line ends', `${ROWS[0]}\r\n${ROWS[1]}\r${ROWS[2]}\n`, NDJSON],
    ['blank lines', `\n \n\r\n${ROWS[0]}\n\t\n\u00a0\n${ROWS[1]}\r\r${ROWS[2]}\n\n`, NDJSON],
    ['a byte order mark', `\ufeff${lines}\n`, NDJSON],
    ['a byte order mark before an array', `\ufeff[${ROWS.join()}]`, JSON_TYPE],
    ['UTF-16', Buffer.from(`\ufeff[${ROWS.join()}]`, 'utf16le'), JSON_TYPE],
    ['UTF-16 in lines', Buffer.from(`${lines}\n`, 'utf16le'), NDJSON],
    ['a charset', Buffer.from(`[${ROWS.join()}]`, 'utf16le'), `${JSON_TYPE}; charset=utf-16le`],
    ['gzip', gzipSync(`[${ROWS.join()}]`), JSON_TYPE],
    ['blanks between the tokens', ` [ ${ROWS.join(' ,\r\n\t').replaceAll(':', ' : ')} ] \n`, JSON_TYPE],
    ['another content type', lines, 'application/octet-stream'],
  ])('with %s is the same in an upload and in a prediction', async (_, body, type) => {
    const uploaded = await service.post(body, type);
    expect(uploaded.statusCode, uploaded.body).toBe(201);
    expect((await service.datasetRows(uploaded.json().id)).map(({ code }) => code)).toEqual(['7.00', 'w', '1e2']);
    const response = await predict(body, type);
    expect(response.statusCode, response.body).toBe(200);
    const isLines = String(response.headers['content-type']).includes('ndjson');
    const predictions = isLines
      ? response.body
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : response.json().predictions;
    expect(predictions).toEqual(await expected());
  });

  it.each([
    ['a comma after the last value', `${ROWS[0]}\r\n\r\n{"code":1,}\n`, NDJSON, 'line 3, column 11'],
    ['text after the value', `${ROWS[0]}\r{"code":1} x\r`, NDJSON, 'line 2, column 12'],
    ['two values in a line', `${ROWS[0]}\n${ROWS[0]}${ROWS[1]}\n`, NDJSON, 'line 2, column 22'],
    ['NaN', `${ROWS[0]}\n{"code":"é😀","y":NaN}\n`, NDJSON, 'line 2, column 19'],
    ['Infinity', `${ROWS[0]}\n{"code":-Infinity}\n`, NDJSON, 'line 2, column 9'],
    ['a leading zero', `${ROWS[0]}\n{"code":007}\n`, NDJSON, 'line 2, column 9'],
    ['single quotes', `{'code':7}\n`, NDJSON, 'line 1, column 2'],
    ['a line end in a string', `{"code":"a\nb"}\n`, NDJSON, 'line 1, column 11'],
    ['a cut off line', `${ROWS[0]}\n{"code":`, NDJSON, 'line 2, column 9'],
    ['a cut off array', `[${ROWS[0]},\n{"code":`, JSON_TYPE, 'line 2, column 9'],
    ['a comma after the last row', `[${ROWS[0]},\r\n]`, JSON_TYPE, 'line 2, column 1'],
    ['no comma between rows', `[${ROWS[0]}\n${ROWS[1]}]`, JSON_TYPE, 'line 2, column 1'],
    ['a broken row', `[${ROWS[0]},\n ${ROWS[1]}, {"code":tru}]`, JSON_TYPE, 'line 2, column 32'],
    ['text after the array', `[${ROWS[0]}]\n\nx`, JSON_TYPE, 'line 3, column 1'],
    ['an open array', `[${ROWS[0]}`, JSON_TYPE, 'line 1, column 23'],
  ])('with %s is refused with its position in an upload and in a prediction', async (_, body, type, position) => {
    for (const response of [await service.post(body, type), await predict(body, type)]) {
      expect([400, 422]).toContain(response.statusCode);
      expect(response.body).toContain(`${position}`);
    }
  });

  it.each([
    [`${ROWS[0]}\n[2]\n`, NDJSON],
    [`${ROWS[0]}\n7\n`, NDJSON],
    [`[${ROWS[0]},\n7]`, JSON_TYPE],
    [`[${ROWS[0]},\n[{}]]`, JSON_TYPE],
  ])('with a row that is no object is refused: %j', async (body, type) => {
    const uploaded = await service.post(body, type);
    expect([uploaded.statusCode, uploaded.json().detail]).toEqual([
      422,
      expect.stringContaining('see line 2, column 1'),
    ]);
    const refused = await predict(body, type);
    expect(refused.statusCode).toBe(422);
    expect(refused.json().errors).toEqual([expect.objectContaining({ path: '/rows/1' })]);
  });

  it('with half a character is refused by an upload with its line', async () => {
    const whole = await service.post('{"a":"\\ud83d\\ude00"}\n{"a":"\\\\ud83d"}\n', NDJSON);
    expect([whole.statusCode, await service.datasetRows(whole.json().id)]).toEqual([
      201,
      [{ a: '😀' }, { a: '\\ud83d' }],
    ]);
    const half = await service.post('{"a":1}\n{"a":"\\ud83d"}\n', NDJSON);
    expect([half.statusCode, half.json().detail]).toEqual([
      422,
      expect.stringContaining('Line 2 has an escape of half'),
    ]);
  });
});
