import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTable as readFile } from '../../../src/datasets/rows/readTable.ts';
import { fittedFeaturesSchema } from '../../../src/features/features.ts';
import { transform } from '../../../src/features/transform.ts';
import type { ParseOptions } from '../../../src/formats/parseOptions.ts';
import { readCsv } from '../../../src/models/rows/csv.ts';
import { jsonRows } from '../../../src/models/rows/json.ts';
import { readNdjson } from '../../../src/models/rows/ndjson.ts';
import type { RawRows } from '../../../src/models/rows/rawRows.ts';
import { readTable as readRows } from '../../../src/models/rows/table.ts';
import { fitTable } from '../../../src/training/prepare.ts';
import { resolveSpec } from '../../../src/training/resolve/resolve.ts';
import { specRequestSchema } from '../../../src/training/schemas/spec.ts';
import { startDatasets, type TestService } from '../../datasets/support/service.ts';
import { upload } from '../../datasets/support/upload.ts';
import { asJsonRows } from '../support/asJsonRows.ts';

const SCALINGS = ['none', 'auto', 'standard', 'quantileNormal', 'range'] as const;
/** Beyond float32 in size and digits, and around where its integers end. */
const NUMBERS = [
  '0.1',
  '-1e-46',
  '1e-45',
  '16777217',
  '3.4028236e38',
  '-1e300',
  '0.30000000000000004',
  '',
  '7',
  '1e-320',
];
const WORDS = ['north', 'south', '', 'east'];
const ROWS = 200;

const rows = Array.from({ length: ROWS }, (_, i) => ({
  number: NUMBERS[i % NUMBERS.length],
  decimal: String(((i * 37) % 101) / 7),
  date: `2026-0${1 + (i % 9)}-1${i % 7}`,
  flag: String(i % 3 === 0),
  word: WORDS[i % WORDS.length],
  y: String(i % 13),
}));
const NAMES = ['number', 'decimal', 'date', 'flag', 'word', 'y'] as const;
const CSV = [NAMES, ...rows.map((row) => NAMES.map((name) => row[name]))].map((cells) => cells.join()).join('\n');
const KNOWN = new Set<string>(NAMES);

let service: TestService;
let id: string;
let asUploaded: readonly unknown[];
beforeAll(async () => {
  service = await startDatasets();
  id = (await upload(service, CSV)).json().id;
  asUploaded = (await service.app.inject({ url: `/v1/datasets/${id}/rows?limit=${ROWS}` })).json().items;
});
afterAll(() => service.close());

/** How each column was written, as `saveModel` copies it from the dataset. */
async function readAsOf(datasetId: string): Promise<ReadonlyMap<string, ParseOptions>> {
  const query = service.database.selectFrom('datasets').select('readAs').where('id', '=', datasetId);
  const list: readonly ParseOptions[] = JSON.parse((await query.executeTakeFirstOrThrow()).readAs);
  return new Map(NAMES.map((name, index) => [name, list[index] ?? {}]));
}

async function* piece(text: string): AsyncGenerator<string> {
  yield text;
}

async function onlyChunk(chunks: AsyncIterable<RawRows>): Promise<RawRows> {
  const all: RawRows[] = [];
  for await (const chunk of chunks) all.push(chunk);
  if (all[0] === undefined || all.length > 1) throw new Error(`Expected one chunk, got ${all.length}.`);
  return all[0];
}

const FORMATS: readonly (readonly [string, () => Promise<RawRows>])[] = [
  ['JSON', async () => jsonRows(asJsonRows(asUploaded), 0, KNOWN)],
  ['NDJSON', () => onlyChunk(readNdjson(piece(asUploaded.map((row) => JSON.stringify(row)).join('\n')), KNOWN, ROWS))],
  [
    'CSV',
    () =>
      onlyChunk(
        readCsv(piece(CSV), { known: KNOWN, chunkRows: ROWS, delimiter: ',', header: true, warn: () => undefined }),
      ),
  ],
];

function bitsOf({ X, codes }: ReturnType<typeof transform>) {
  return { X: [...new Uint32Array(X.buffer)], codes: [...codes] };
}

describe.each(SCALINGS)('the inputs of a prediction with scaling %s', (scaling) => {
  it.each(FORMATS)('are the bits of the training inputs for the same rows as %s', async (_name, read) => {
    const [profile, file = ''] = [await service.datasets.find(id), await service.datasets.findFile(id)];
    if (!profile) throw new Error('The dataset was not stored.');
    const table = await readFile(file);
    const request = { target: 'y', task: 'regression', features: { scaling } };
    const { spec } = resolveSpec(specRequestSchema.parse(request), { ...profile, rows: table.rows });
    if (!spec) throw new Error('The table cannot be trained on.');
    const { features } = fitTable(table, spec);
    // As a model stores them.
    const stored = fittedFeaturesSchema.parse(JSON.parse(JSON.stringify(features)));
    const given = readRows({ fitted: stored.columns, parseOptions: await readAsOf(id) }, await read());
    expect(given.issues).toEqual([]);
    const trained = bitsOf(transform(features, table));
    expect(trained.X.length).toBeGreaterThan(3 * ROWS);
    expect(bitsOf(transform(stored, given.table))).toEqual(trained);
  });
});
