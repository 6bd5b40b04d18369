import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type Sqlite from 'better-sqlite3';

const HASH_BYTES = 32;

/** Of a stopped service. Empty: everything is correct. */
export type Faults = readonly string[];

/**
 * Errors that SQLite finds, and files and rows that do not match; `damaged` lists checkpoints with
 * known damage.
 */
export function inspectFolder(data: string, database: Sqlite.Database, damaged: readonly string[] = []): Faults {
  return [
    ...faultsOfDatabase(database),
    ...unlike('datasets', filesIn(join(data, 'datasets')), filesNamed(database, 'datasets')),
    ...unlike('checkpoints', filesIn(join(data, 'checkpoints')), filesNamed(database, 'checkpoints')),
    ...faultsOfCheckpoints(data, database, damaged),
    ...filesIn(join(data, 'temporary')).map((file) => `temporary/${file} was not removed`),
    ...faultsOfRows(database),
  ];
}

function faultsOfDatabase(database: Sqlite.Database): Faults {
  const integrity = String(database.pragma('integrity_check', { simple: true }));
  const broken = database.prepare<[], { readonly table: string }>('SELECT * FROM pragma_foreign_key_check').all();
  return [
    ...(integrity === 'ok' ? [] : [`the database is damaged: ${integrity}`]),
    ...broken.map(({ table }) => `a row of ${table} refers to a missing one`),
  ];
}

/** Each is a query for invalid rows, if no service is running and every job has ended. */
const WRONG_ROWS: Readonly<Record<string, string>> = {
  'a job is not in a final state':
    "SELECT id FROM jobs WHERE state NOT IN ('succeeded', 'failed', 'cancelled') OR requested IS NOT NULL OR lease_owner IS NOT NULL",
  'a job that has succeeded has no model': "SELECT id FROM jobs WHERE state = 'succeeded' AND model_id IS NULL",
  'a job has more or fewer models than successes': `
    SELECT id FROM jobs WHERE (SELECT count(*) FROM models WHERE job_id = jobs.id) <> (
      SELECT count(*) FROM events WHERE job_id = jobs.id AND type = 'state' AND data ->> 'state' = 'succeeded'
    )`,
  'a model has no parameters': `
    SELECT id FROM models WHERE id NOT IN (SELECT model_id FROM parameters)
    AND id NOT IN (SELECT ensemble_id FROM ensemble_parameters)`,
  'a job does not refer to its newest model':
    'SELECT id FROM jobs WHERE model_id IS NOT (SELECT max(id) FROM models WHERE job_id = jobs.id)',
  'losses have a gap': `SELECT job_id FROM losses GROUP BY job_id HAVING min(epoch) <> 1 OR max(epoch) <> count(*)`,
  'a job has more than two checkpoints':
    'SELECT job_id FROM checkpoints WHERE member = 0 GROUP BY job_id HAVING count(*) > 2',
  'losses of a network have a gap': `
    SELECT job_id FROM job_member_losses GROUP BY job_id, member HAVING min(epoch) <> 1 OR max(epoch) <> count(*)`,
  'a dataset is neither ready nor failed': "SELECT id FROM datasets WHERE state NOT IN ('ready', 'failed')",
};

function faultsOfRows(database: Sqlite.Database): Faults {
  return Object.entries(WRONG_ROWS).flatMap(([fault, query]) =>
    database
      .prepare<[], string>(query)
      .pluck()
      .all()
      .map((id) => `${fault}: ${id}`),
  );
}

function faultsOfCheckpoints(data: string, database: Sqlite.Database, damaged: readonly string[]): Faults {
  const rows = database
    .prepare<[], { readonly member: number; readonly file: string; readonly sha256: string }>(
      'SELECT member, file, sha256 FROM checkpoints',
    )
    .all();
  const files = new Set(filesIn(join(data, 'checkpoints'))).difference(new Set(damaged));
  const isIntact = ({ member, file, sha256 }: (typeof rows)[number]) =>
    (member === 0 ? isSealed : hasHash)(join(data, 'checkpoints', file), sha256);
  const torn = rows.filter((row) => files.has(row.file) && !isIntact(row));
  return torn.map(({ file }) => `checkpoints/${file} differs from what was written`);
}

/** Of a network of an ensemble: the hash is in the row alone. */
function hasHash(file: string, sha256: string): boolean {
  return createHash('sha256').update(readFileSync(file)).digest('hex') === sha256;
}

/** A checkpoint ends with the hash of its content. */
function isSealed(path: string, sha256: string): boolean {
  const bytes = readFileSync(path);
  const seal = bytes.subarray(-HASH_BYTES).toString('hex');
  return seal === sha256 && seal === createHash('sha256').update(bytes.subarray(0, -HASH_BYTES)).digest('hex');
}

function filesNamed(database: Sqlite.Database, table: 'datasets' | 'checkpoints'): readonly string[] {
  return database.prepare<[], string>(`SELECT DISTINCT file FROM ${table} WHERE file IS NOT NULL`).pluck().all();
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  return files.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}

function unlike(folder: string, files: readonly string[], named: readonly string[]): Faults {
  return [
    ...files.filter((file) => !named.includes(file)).map((file) => `${folder}/${file} belongs to no row`),
    ...named.filter((file) => !files.includes(file)).map((file) => `${folder}/${file} is missing`),
  ];
}
