import { storedAsOf } from '../../../formats/columnTypes.ts';
import { literal } from '../../../formats/types/sql.ts';
import type { Cell, Session } from '../../duckdb/duckdb.ts';
import { columnId } from '../../duckdb/sql.ts';
import { Refusal } from '../protocol/messages.ts';
import type { FoundColumn, Source } from './source.ts';

/**
 * Reads Parquet. Typed columns stay typed, strings are read as cells of CSV, nested values become
 * text.
 */
export async function openParquet(session: Session, file: string): Promise<Source<FoundColumn>> {
  const read = `read_parquet(${literal(file)})`;
  const types = await queryFile(session, `DESCRIBE SELECT * FROM ${read}`);
  const names = topLevel(
    await queryFile(session, `SELECT name, coalesce(num_children, 0)::DOUBLE FROM parquet_schema(${literal(file)})`),
  );
  const ids = types.map((_, index) => columnId(index));
  const columns = types.map(([, type], index) => ({
    id: columnId(index),
    name: names[index] ?? '',
    kind: storedAsOf(String(type)),
  }));
  const cells = columns.map(({ id, kind }) => (kind === 'text' ? `CAST(${id} AS VARCHAR) AS ${id}` : id));
  const relation = `(SELECT ${cells.join(', ')} FROM ${read} AS t(${ids.join(', ')}))`;
  return { columns, relation, fallback: () => null, delimiter: null, staging: null, refusalOf: refusal };
}

/**
 * The names of the top level as in the file. DuckDB would rename those that differ by case only.
 */
function topLevel(schema: readonly (readonly Cell[])[]): readonly string[] {
  const names: string[] = [];
  let below = 0;
  for (const [name, children] of schema.slice(1)) {
    if (below === 0) names.push(String(name));
    else below -= 1;
    below += Number(children);
  }
  return names;
}

async function queryFile(session: Session, sql: string) {
  try {
    return await session.query(sql);
  } catch {
    throw refusal();
  }
}

function refusal(): Refusal {
  return new Refusal('The Parquet file cannot be read. Write it again, without encryption.');
}
