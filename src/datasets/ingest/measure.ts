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
  /** Whether all numbers are whole and exact in 64 bits. */
  readonly whole: boolean;
  /** Cells that DuckDB takes for a number that is not finite: NaN, infinity. */
  readonly notFinite: number;
  /** Whether there are numbers with leading zeros, as postal codes have: 007. In byte order they come first. */
  readonly padded: boolean;
}

export interface Measured {
  readonly relation: string;
  readonly rows: number;
  /** By column id; columns that came typed are not in it. */
  readonly measures: ReadonlyMap<string, Measure>;
}

/** Whole numbers beyond this are not exact as int64. */
const LARGEST_WHOLE = 2 ** 62;
/** Two digits are a day or an hour; three with a leading zero are a code. */
const PADDED = /^\s*0\d\d+\s*$/;

/** Looks at every cell once. Throws Refusal when neither the relation of the source nor its fallback reads to the end. */
export async function measure(session: Session, source: Source, cells: Cells): Promise<Measured> {
  try {
    return await measureRelation(session, source.relation, source.columns, cells);
  } catch (error) {
    const fallback = source.fallback(error);
    if (fallback === null) throw source.refusalOf(error);
    return measureRelation(session, fallback, source.columns, cells).catch(() => {
      throw source.refusalOf(error);
    });
  }
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
  for (const batch of batches(texts)) {
    const [answer = []] = await session.query(statement(relation, batch, cells));
    rows = Number(answer[0]);
    for (const [index, { id }] of batch.entries()) {
      measures.set(id, toMeasure(answer.slice(1 + index * LOOKS.length, 1 + (index + 1) * LOOKS.length)));
    }
  }
  if (texts.length === 0) rows = Number((await session.query(`SELECT count(*)::DOUBLE FROM ${relation}`))[0]?.[0]);
  return { relation, rows, measures };
}

/** Few and simple expressions: each takes 16 to 32 KB a column and thread. */
const LOOKS: readonly ((cell: string, number: string, cells: Cells) => string)[] = [
  (_, number) => `count_if(isfinite(${number}))::DOUBLE`,
  (_, number) => `count(${number})::DOUBLE`,
  (cell, number, { missing }) =>
    `count_if(CASE WHEN ${number} IS NULL OR NOT isfinite(${number}) THEN NOT ${missing(cell)} END)::DOUBLE`,
  (_, number) => `count_if(trunc(${number}) <> ${number})::DOUBLE`,
  (cell) => `count_if(contains(${cell}, '_'))::DOUBLE`,
  (_, number) => `max(abs(${number}))`,
  (cell) => `min(${cell})`,
];

function statement(relation: string, batch: readonly SourceColumn[], cells: Cells): string {
  const looks = batch.flatMap(({ id }) => LOOKS.map((look) => look(id, `n_${id}`, cells)));
  const numbers = batch.map(({ id }) => `${id}, ${cells.number(id)} AS n_${id}`);
  return `SELECT count(*)::DOUBLE, ${looks.join(', ')} FROM (SELECT ${numbers.join(', ')} FROM ${relation})`;
}

function toMeasure([finite, casts, others, fractions, underscores, largest, first]: readonly Cell[]): Measure {
  // DuckDB reads 1_000 as a number; in a table it is a code.
  const numbers = Number(underscores) > 0 ? 0 : Number(finite);
  return {
    present: Number(finite) + Number(others),
    numbers,
    notFinite: Number(casts) - Number(finite),
    whole: Number(fractions) === 0 && Number(largest) < LARGEST_WHOLE,
    padded: PADDED.test(String(first)),
  };
}
