import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { predict } from '../../../src/cli/commands/predict.ts';
import { type Answers, startFakeService } from '../support/fakeService.ts';
import { createTestTerminal } from '../support/testTerminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-predict-'));
afterAll(() => rmSync(folder, { recursive: true }));
const GAPS = [
  { code: 'missing_values', column: 'x', count: 1200 },
  { code: 'unseen_category', column: 'y', count: 1 },
];
const ANSWERS: Answers = {
  'POST /v1/models/mdl_1/predict': [
    { type: 'text/csv', headers: { 'trainyard-warnings': JSON.stringify(GAPS) }, body: 'label\nyes\n' },
  ],
};

async function runPredict(
  name: string,
  content: string | Buffer,
  flags: readonly string[] = [],
  answers: Answers = ANSWERS,
) {
  const file = join(folder, name);
  writeFileSync(file, content);
  await using service = await startFakeService(answers);
  const output = new PassThrough();
  const terminal = createTestTerminal();
  const code = await predict(['mdl_1', file, ...flags, '--url', service.url], output, terminal.warn);
  output.end();
  return { code, output: await text(output), request: service.received[0], warnings: terminal.written.warnings };
}

describe('trainyard predict', () => {
  it('sends CSV unchanged and prints the response', async () => {
    const { code, output, request } = await runPredict('rows.csv', 'x\n1\n');
    expect({ code, output }).toEqual({ code: 0, output: 'label\nyes\n' });
    expect(request?.headers).toMatchObject({ 'content-type': 'text/csv' });
    expect(String(request?.body)).toBe('x\n1\n');
  });

  it('requests a response that is safe for spreadsheets if asked to', async () => {
    const plain = await runPredict('rows.csv', 'x\n1\n');
    const guarded = await runPredict('rows.csv', 'x\n1\n', ['--spreadsheet']);
    expect([plain.request?.path, guarded.request?.path]).toEqual([
      '/v1/models/mdl_1/predict?spreadsheet=false',
      '/v1/models/mdl_1/predict?spreadsheet=true',
    ]);
  });

  it('reports the values that were treated as missing apart from the response', async () => {
    const { warnings } = await runPredict('rows.csv', 'x\n1\n');
    expect(warnings).toBe('x: 1,200 values missing\ny: 1 value unseen by the training\n');
  });

  it('sends gzip unchanged', async () => {
    const packed = gzipSync('{"x":1}\n');
    const { request } = await runPredict('rows.ndjson.gz', packed);
    expect(request?.headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' });
    expect(request?.body).toEqual(packed);
  });

  it('wraps an array of rows in a request, with numbers as they are written', async () => {
    const { request } = await runPredict('rows.json', '[{"x": 1}]');
    expect(JSON.parse(String(request?.body))).toEqual({ rows: [{ x: 1 }] });
    expect(String((await runPredict('rows.json', '[{"x":7.00}]')).request?.body)).toBe('{"rows":[{"x":7.00}]}');
  });

  it('decompresses JSON, to wrap it', async () => {
    const { request } = await runPredict('rows.json.gz', gzipSync('[{"x": 1}]'));
    expect(request?.headers).not.toHaveProperty('content-encoding');
    expect(JSON.parse(String(request?.body))).toEqual({ rows: [{ x: 1 }] });
  });

  it('writes to a file', async () => {
    const target = join(folder, 'predictions.csv');
    const { output } = await runPredict('rows.csv', 'x\n1\n', ['--output', target]);
    expect(output).toBe('');
    expect(readFileSync(target, 'utf8')).toBe('label\nyes\n');
  });

  it.each([
    ['csv', 'prediction,probability_no,probability_a b\n"no, never",0.75,0.25\n'],
    ['tsv', 'prediction\tprobability_no\tprobability_a b\nno, never\t0.75\t0.25\n'],
    ['ndjson', '{"label":"no, never","probabilities":{"no":0.75,"a b":0.25}}\n'],
  ])('prints one JSON document with --json for %s rows', async (format, body) => {
    const headers = { 'trainyard-warnings': JSON.stringify(GAPS) };
    const answers = { 'POST /v1/models/mdl_1/predict': [{ type: 'text/plain', headers, body }] };
    const { output, warnings } = await runPredict(`rows.${format}`, 'x\n1\n', ['--json'], answers);
    expect(JSON.parse(output)).toEqual({
      predictions: [{ label: 'no, never', probabilities: { no: 0.75, 'a b': 0.25 } }],
      warnings: GAPS,
    });
    expect(warnings).toBe('');
  });

  it("prints numbers with --json for a regression, and the service's JSON response unchanged", async () => {
    const answer = (body: unknown) => ({ 'POST /v1/models/mdl_1/predict': [{ type: 'text/csv', body }] });
    const regression = await runPredict('rows.csv', 'x\n1\n', ['--json'], answer('prediction\n1.5\n-2\n'));
    expect(JSON.parse(regression.output)).toEqual({ predictions: [{ value: 1.5 }, { value: -2 }], warnings: [] });
    const parquet = await runPredict('rows.parquet', 'PAR1 and more', ['--json'], answer('prediction\n1.5\n'));
    expect(parquet.request?.headers).toMatchObject({ 'content-type': 'application/vnd.apache.parquet' });
    expect(String(parquet.request?.body)).toBe('PAR1 and more');
    expect(JSON.parse(parquet.output)).toEqual({ predictions: [{ value: 1.5 }], warnings: [] });
    const none = await runPredict('rows.csv', 'x\n', ['--json'], answer('prediction\n'));
    expect(JSON.parse(none.output)).toEqual({ predictions: [], warnings: [] });
    const json = await runPredict('rows.json', '[{"x": 1}]', ['--json'], answer({ predictions: [], warnings: [1] }));
    expect(JSON.parse(json.output)).toEqual({ predictions: [], warnings: [1] });
  });

  it('reads standard input for -, and detects its format from the content', async () => {
    await using service = await startFakeService(ANSWERS);
    const send = async (content: string | Buffer, ...flags: string[]) => {
      const stdin = Readable.from([Buffer.from(content)]);
      await predict(['mdl_1', '-', '--url', service.url, ...flags], new PassThrough().resume(), () => undefined, stdin);
      const { headers, body } = service.received.at(-1) as (typeof service.received)[number];
      return [headers['content-type'], headers['content-encoding'], String(body)];
    };
    expect(await send('x,y\n1,2\n')).toEqual(['text/csv', undefined, 'x,y\n1,2\n']);
    expect(await send('x\ty\n1\t2\n')).toEqual(['text/tab-separated-values', undefined, 'x\ty\n1\t2\n']);
    expect(await send('{"x":1}\n{"x":2}\n')).toEqual(['application/x-ndjson', undefined, '{"x":1}\n{"x":2}\n']);
    expect(await send('[{"x":1}]')).toEqual(['application/json', undefined, '{"rows":[{"x":1}]}']);
    expect(await send('{"rows":[{"x":1}]}')).toEqual(['application/json', undefined, '{"rows":[{"x":1}]}']);
    const packed = gzipSync('{"x":1}\n');
    expect((await send(packed)).slice(0, 2)).toEqual(['application/x-ndjson', 'gzip']);
    expect(service.received.at(-1)?.body).toEqual(packed);
    expect((await send('x\n1\n', '--format', 'tsv'))[0]).toBe('text/tab-separated-values');
  });

  it('streams standard input that is larger than the part it reads ahead', async () => {
    await using service = await startFakeService(ANSWERS);
    const chunk = Buffer.from('1,2\n'.repeat(2 ** 16));
    const chunks = [Buffer.from('x,y\n'), ...Array.from({ length: 20 }, () => chunk)];
    const output = new PassThrough().resume();
    await predict(['mdl_1', '-', '--url', service.url], output, () => undefined, Readable.from(chunks));
    expect(service.received[0]?.body.equals(Buffer.concat(chunks))).toBe(true);
  });

  it.each([['rows.json', '[{', 'is not valid JSON']])('refuses %s with %j', async (name, content, message) => {
    await expect(runPredict(name, content)).rejects.toThrow(message);
  });

  it('names the file that cannot be read', async () => {
    await expect(predict(['mdl_1', join(folder, 'absent.csv')], new PassThrough(), () => undefined)).rejects.toThrow(
      'absent.csv cannot be read',
    );
  });
});
