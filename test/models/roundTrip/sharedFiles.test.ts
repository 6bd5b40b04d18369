import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHARED_DATA } from '../../support/sharedData.ts';
import { checkFile } from './check.ts';
import { firstParquetRows } from './parquetBytes.ts';
import { type RoundTrips, startRoundTrips } from './service.ts';
import { MEDIA_TYPES } from './writing.ts';

/** Larger tables are cut to their first rows, and wide ones to fewer rows. */
const MAX_BYTES = 2 ** 16;
const MAX_ROWS = 200;

const isComplete = process.env.TRAINYARD_PROPERTY_RUNS !== undefined;
/** Without `TRAINYARD_PROPERTY_RUNS`, only the small files of the kinds that went wrong. */
const FOLDERS = isComplete
  ? [SHARED_DATA, join(SHARED_DATA, '../cases')]
  : [join(SHARED_DATA, 'nasty'), join(SHARED_DATA, '../cases')];
const WIDE = 'wide_5000';
const TABLE = /\.(csv|tsv|json|ndjson|parquet)(\.gz)?$/;
const FILES = FOLDERS.filter(existsSync).flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => TABLE.test(name) && !name.includes('split.csv') && (isComplete || !name.includes(WIDE)))
    .map((name) => [name, join(folder, name)] as const),
);
if (FILES.length === 0) console.warn(`skipped: the shared tables are not at ${SHARED_DATA}`);

/** Files that are no table, or have no column to train on. */
const REFUSED = ['newline_only', 'png_named', 'json_named', 'zip_named', 'one_column', 'formula_cells'];
const ZONES = ['America/New_York', 'UTC', 'Asia/Kolkata'];

async function startOf(path: string): Promise<Buffer> {
  const file = readFileSync(path);
  if (path.endsWith('.parquet')) return file.length > MAX_BYTES ? firstParquetRows(path, MAX_ROWS) : file;
  const bytes = path.endsWith('.gz') ? gunzipSync(file) : file;
  if (bytes.length <= MAX_BYTES) return file;
  const start = bytes.subarray(0, MAX_BYTES).toString('latin1');
  return Buffer.from(start.split('\n').slice(0, -1).slice(0, MAX_ROWS).join('\n'), 'latin1');
}

describe.skipIf(FILES.length === 0)('a shared table', () => {
  let service: RoundTrips;
  beforeAll(async () => {
    service = await startRoundTrips();
  });
  afterAll(() => service.close());

  it.each(FILES)('%s is read alike in training and prediction', async (name, path) => {
    const format = TABLE.exec(name)?.[1] as keyof typeof MEDIA_TYPES;
    const body = { bytes: await startOf(path), type: MEDIA_TYPES[format], query: {} };
    const zone = ZONES[name.length % ZONES.length];
    const checked = await checkFile(service, {
      ...{ upload: body, predict: body, withoutTarget: null, target: null, casts: {}, zone },
    });
    const isTable = !REFUSED.some((refused) => basename(name).startsWith(refused));
    if (isTable) expect(checked).toBe('compared');
    else expect(checked).not.toBe('compared');
  });
});
