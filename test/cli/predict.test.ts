import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { predict } from '../../src/cli/predict.ts';
import { type Answers, startFakeService } from './support/fakeService.ts';
import { createTestTerminal } from './support/testTerminal.ts';

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

async function runPredict(name: string, content: string | Buffer, flags: readonly string[] = []) {
  const file = join(folder, name);
  writeFileSync(file, content);
  await using service = await startFakeService(ANSWERS);
  const output = new PassThrough();
  const terminal = createTestTerminal();
  const code = await predict(['mdl_1', file, ...flags, '--url', service.url], output, terminal.warn);
  output.end();
  return { code, output: await text(output), request: service.received[0], warnings: terminal.written.warnings };
}

describe('trainyard predict', () => {
  it('sends CSV as it is and prints the answer', async () => {
    const { code, output, request } = await runPredict('rows.csv', 'x\n1\n');
    expect({ code, output }).toEqual({ code: 0, output: 'label\nyes\n' });
    expect(request?.headers).toMatchObject({ 'content-type': 'text/csv' });
    expect(String(request?.body)).toBe('x\n1\n');
  });

  it('asks for an answer for spreadsheets when told so', async () => {
    const plain = await runPredict('rows.csv', 'x\n1\n');
    const guarded = await runPredict('rows.csv', 'x\n1\n', ['--spreadsheet']);
    expect([plain.request?.path, guarded.request?.path]).toEqual([
      '/v1/models/mdl_1/predict?spreadsheet=false',
      '/v1/models/mdl_1/predict?spreadsheet=true',
    ]);
  });

  it('says beside the answer what was treated as missing', async () => {
    const { warnings } = await runPredict('rows.csv', 'x\n1\n');
    expect(warnings).toBe('x: 1,200 values missing\ny: 1 value unseen by the training\n');
  });

  it('sends gzip as it is', async () => {
    const packed = gzipSync('{"x":1}\n');
    const { request } = await runPredict('rows.ndjson.gz', packed);
    expect(request?.headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' });
    expect(request?.body).toEqual(packed);
  });

  it('wraps an array of rows in a request', async () => {
    const { request } = await runPredict('rows.json', '[{"x": 1}]');
    expect(JSON.parse(String(request?.body))).toEqual({ rows: [{ x: 1 }] });
  });

  it('unpacks JSON, to wrap it', async () => {
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
    ['rows.parquet', '', 'predictions are made from .csv, .tsv, .ndjson and .json'],
    ['rows.json', '[{', 'is not valid JSON'],
  ])('refuses %s with %j', async (name, content, message) => {
    await expect(runPredict(name, content)).rejects.toThrow(message);
  });

  it('says which file cannot be read', async () => {
    await expect(predict(['mdl_1', join(folder, 'absent.csv')], new PassThrough(), () => undefined)).rejects.toThrow(
      'absent.csv cannot be read',
    );
  });
});
