import { literal, literals } from '../../../formats/types/sql.ts';
import type { Session } from '../../duckdb/duckdb.ts';
import { columnId } from '../../duckdb/sql.ts';
import type { DatasetWarning } from '../../profile/schemas.ts';
import { Refusal } from '../protocol/messages.ts';
import { copyRows, type JsonFile } from './jsonRows.ts';
import { STAGED } from './relation.ts';
import type { FoundColumn, Source } from './source.ts';

/** DuckDB searches an object from its start for each key, which is slow for more keys than this. */
const MAX_POINTERS = 100;
/** DuckDB's threads read buffers of twice the longest object: short ones use every core. */
const MIN_OBJECT_BYTES = 2 ** 20;

/**
 * Reads an array of objects, or one object a line, from a copy in the file `rows`. Every key of any
 * row is a column, in order of first appearance.
 */
export async function openJson(session: Session, source: JsonFile, rows: string): Promise<Source<FoundColumn>> {
  const longest = Math.max(MIN_OBJECT_BYTES, await copyRows(source, rows));
  const objects = `read_json_objects(${literal(rows)}, format = 'newline_delimited', maximum_object_size = ${longest})`;
  const { names, repeated } = await readKeys(session, objects);
  const pointers = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  const cells = names.map((_, index) => `cells[${index + 1}] AS ${columnId(index)}`);
  const extracted = `(SELECT ${cells.join(', ')} FROM (SELECT json_extract_string(json, [${literals(pointers)}]) AS cells FROM ${objects}))`;
  const columns = names.map((name, index) => ({ id: columnId(index), name, kind: 'text' as const }));
  // A pointer finds the first of duplicate keys.
  const staging = names.length > MAX_POINTERS || repeated > 0 ? stagingOf(objects) : null;
  return {
    ...{ columns, relation: extracted, delimiter: null, staging },
    ...{ fallback: () => null, refusalOf: refusal, warnings: async () => duplicateKeys(repeated) },
  };
}

/**
 * Statements that create the table `STAGED`. Each row is split into keys and values once. The
 * values are then sorted into the order of the columns by the positions of the keys, computed once
 * for all rows with the same list of keys.
 */
function stagingOf(objects: string): readonly string[] {
  const places = (from: string, id: string) =>
    `SELECT ${id}, unnest(keys) AS key, generate_subscripts(keys, 1) AS position FROM ${from}`;
  return [
    `CREATE OR REPLACE TABLE objects AS
       SELECT row_number() OVER () AS row, json_keys(json) AS keys, json_extract_string(json, '$.*') AS found FROM ${objects}`,
    `CREATE OR REPLACE TABLE shapes AS
       SELECT keys, row_number() OVER () AS shape FROM (SELECT DISTINCT keys FROM objects)`,
    `CREATE OR REPLACE TABLE names AS
       SELECT key, row_number() OVER (ORDER BY min((row, position))) AS place FROM (${places('objects', 'row')}) GROUP BY key`,
    // The last of duplicate keys counts, as in JSON.parse; position 0 of a list is NULL.
    `CREATE OR REPLACE TABLE positions AS
       SELECT shape, list(coalesce(position, 0) ORDER BY place) AS positions
       FROM (SELECT shape, key, place FROM (SELECT shape FROM shapes), names)
       LEFT JOIN (SELECT shape, key, max(position) AS position FROM (${places('shapes', 'shape')}) GROUP BY shape, key)
       USING (shape, key) GROUP BY shape`,
    `CREATE OR REPLACE TABLE ${STAGED} AS
       SELECT list_select(found, positions) AS cells FROM objects JOIN shapes USING (keys) JOIN positions USING (shape)
       ORDER BY row`,
  ];
}

interface Keys {
  /** In order of first appearance. */
  readonly names: readonly string[];
  /** Objects that have a key more than once. */
  readonly repeated: number;
}

async function readKeys(session: Session, objects: string): Promise<Keys> {
  const query = (sql: string) =>
    session.query(sql).catch(() => {
      throw refusal();
    });
  const [[repeated] = []] = await query(
    `SELECT count_if(len(keys) > len(list_distinct(keys)))::DOUBLE FROM (SELECT json_keys(json) AS keys FROM ${objects})`,
  );
  const keys = await query(
    `SELECT key FROM (SELECT row, unnest(keys) AS key, generate_subscripts(keys, 1) AS place
       FROM (SELECT row_number() OVER () AS row, json_keys(json) AS keys FROM ${objects}))
     GROUP BY key ORDER BY min((row, place))`,
  );
  if (keys.length === 0) throw new Refusal('No row has a value. Send at least one object with a key.');
  return { names: keys.map(([key]) => String(key)), repeated: Number(repeated) };
}

function duplicateKeys(objects: number): DatasetWarning[] {
  if (objects === 0) return [];
  const what = objects === 1 ? '1 object has a key' : `${objects} objects have a key`;
  return [{ code: 'duplicate_keys', message: `${what} more than once. The last value of the key was read.` }];
}

/** For what DuckDB cannot read although the rows are valid JSON. */
function refusal(): Refusal {
  return new Refusal('The JSON cannot be read as a table. Send objects whose values are strings, numbers or booleans.');
}
