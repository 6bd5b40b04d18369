import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PredictResponse } from '../../src/models/predict/schemas.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { finishedJob } from '../support/client.ts';

const COLUMNS = ['__proto__', 'constructor', 'prototype', 'toString'];
/** Names that would change a prototype, and those that a spreadsheet would run. */
const CLASSES = ['__proto__', 'constructor', '=1+1', '+A1', '-A1', '@SUM(A1)', '=A1\tB1', '<b>'];
/** The first column determines the class, the second the number. */
const ROWS = Array.from({ length: 800 }, (_, row) => {
  const which = row % CLASSES.length;
  return [`kind ${which}`, which, row % 7, row % 3, CLASSES[which], -10 - which];
});
const LINES = [[...COLUMNS, 'valueOf', 'hasOwnProperty'], ...ROWS];
const ASKED = ROWS.slice(0, CLASSES.length).map((row) => row.slice(0, COLUMNS.length));

let service: BuiltService;
let datasetId: string;
beforeAll(async () => {
  service = await startBuiltService(['--workers', '1']);
  datasetId = JSON.parse(await post('/v1/datasets', 'text/csv', csvOf(LINES))).id;
});
afterAll(() => service.stop());

it('trains on columns and classes with hostile names, and predicts them unchanged, in CSV not as formulas', async () => {
  const modelId = await trained('valueOf', 'hasOwnProperty');
  const rows = ASKED.map((row) => `{${row.map((cell, i) => `"${COLUMNS[i]}":${JSON.stringify(cell)}`).join(',')}}`);
  const answer = await post(`/v1/models/${modelId}/predict`, 'application/json', `{"rows":[${rows.join(',')}]}`);
  const { predictions }: PredictResponse = JSON.parse(answer);
  expect(predictions.map((prediction) => 'label' in prediction && prediction.label)).toEqual(CLASSES);
  for (const prediction of predictions)
    expect('probabilities' in prediction && Object.keys(prediction.probabilities).toSorted()).toEqual(
      CLASSES.toSorted(),
    );
  expect(await predictedCsv(modelId)).toEqual([
    '__proto__',
    'constructor',
    "'=1+1",
    "'+A1",
    "'-A1",
    "'@SUM(A1)",
    "'=A1\tB1",
    '<b>',
  ]);
});

it('writes negative numbers as numbers', async () => {
  const modelId = await trained('hasOwnProperty', 'valueOf');
  for (const cell of await predictedCsv(modelId)) expect(cell).toMatch(/^-\d+(\.\d+)?$/);
});

/** The model of a training on the four columns. */
async function trained(target: string, excluded: string): Promise<string> {
  const training = { epochs: 60, batchSize: 32, optimizer: { type: 'adam', learningRate: 0.01 } };
  const features = { exclude: [excluded] };
  const request = { datasetId, target, features, training, labels: { constructor: '__proto__' } };
  return (await finishedJob(service.address, request)).modelId;
}

/** The first cell of each predicted line. */
async function predictedCsv(modelId: string): Promise<(string | undefined)[]> {
  const csv = await post(`/v1/models/${modelId}/predict?spreadsheet=true`, 'text/csv', csvOf([COLUMNS, ...ASKED]));
  return csv
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[0]);
}

function csvOf(lines: readonly (readonly unknown[])[]): string {
  return lines.map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\n');
}

async function post(path: string, type: string, body: string): Promise<string> {
  const answer = await fetch(service.address + path, { method: 'POST', headers: { 'content-type': type }, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
