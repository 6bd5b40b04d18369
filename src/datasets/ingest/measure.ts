import type { Cell, Session } from '../duckdb.ts';
import type { Cells } from './cells.ts';
import type { Source, SourceColumn } from './source.ts';
import { batches } from './sql.ts';

/** What one look at every row says about a column of text. */
export interface Measure {
  /** Cells that are not missing. */
  readonly present: number;
  /** Cells that are finite numbers. */
  readonly numbers: number;
  /** Whether all numbers are whole, written without a point, and exact in 64 bits. */
  readonly whole: boolean;
  /** Numbers written with leading zeros, as postal codes are: 007. */
  readonly padded: number;
}

export interface Measured {
  readonly relation: string;
  readonly rows: number;
  /** By column id; columns that came typed are not in it. */
  readonly measures: ReadonlyMap<string, Measure>;
}

/** Whole numbers beyond this are not exact as int64. */
const LARGEST_WHOLE = 2 ** 62;

/** Looks at every cell once, and in doing so finds the relation of the source that reads to the end. Throws Refusal when none does. */
export async function measure(session: Session, source: Source, cells: Cells): Promise<Measured> {
  let failure: unknown;
  for (const relation of source.relations) {
    try {
      return await measureRelation(session, relation, source.columns, cells);
    } catch (error) {
      failure ??= error;
    }
  }
  throw source.refusalOf(failure);
}

async function measureRelation(
  session: Session,
  relation: string,
  columns: readonly SourceColumn[],
  cells: Cells,
): Promise<Measured> {
  const texts = columns.filter(({ kind }) => kind === 'text');
  const measures = new Map<string, Measure>();
  let rows = 0;
  for (const batch of batches(texts.length > 0 ? texts : columns.slice(0, 0), undefined)) {
    const [answer = []] = await session.query(statement(relation, batch, cells));
    rows = Number(answer[0]);
    for (const [index, { id }] of batch.entries()) {
      measures.set(id, toMeasure(answer.slice(1 + index * MEASURES, 1 + (index + 1) * MEASURES)));
    }
  }
  if (texts.length === 0) rows = Number((await session.query(`SELECT count(*)::DOUBLE FROM ${relation}`))[0]?.[0]);
  return { relation, rows, measures };
}

const MEASURES = 6;

function statement(relation: string, batch: readonly SourceColumn[], cells: Cells): string {
  const looks = batch.flatMap(({ id }) => {
    const number = `n_${id}`;
    return [
      `count_if(isfinite(${number}))`,
      `count_if(CASE WHEN ${number} IS NULL OR NOT isfinite(${number}) THEN ${cells.present(id)} END)`,
      `count_if(contains(${id}, '.') OR trunc(${number}) <> ${number})`,
      `count_if(contains(${id}, '_'))`,
      `count_if(${id} LIKE '0__%' AND ${number} >= 1 AND NOT contains(${id}, '.'))`,
      `max(abs(${number}))`,
    ].map((look) => `(${look})::DOUBLE`);
  });
  const numbers = batch.map(({ id }) => `${id}, ${cells.number(id)} AS n_${id}`);
  return `SELECT count(*)::DOUBLE, ${looks.join(', ')} FROM (SELECT ${numbers.join(', ')} FROM ${relation})`;
}

function toMeasure([finite, others, fractions, underscores, padded, largest]: readonly Cell[]): Measure {
  // DuckDB reads 1_000 as a number; in a table it is a code.
  const numbers = Number(underscores) > 0 ? 0 : Number(finite);
  return {
    present: Number(finite) + Number(others),
    numbers,
    whole: Number(fractions) === 0 && Number(largest) < LARGEST_WHOLE,
    padded: Number(padded),
  };
}
