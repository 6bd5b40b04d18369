import { BLANK } from '../../../formats/blanks.ts';
import { literal } from '../../../formats/types/sql.ts';
import type { Cell, Session } from '../../duckdb/duckdb.ts';
import { batches } from '../../duckdb/sql.ts';
import { cellRows, openRelation, type Relation } from '../source/relation.ts';
import type { Source, SourceColumn } from '../source/source.ts';
import type { Cells } from './cells.ts';

/** Facts about a column of text, from one pass over all rows. */
export interface ColumnScan {
  /** Cells that are not missing. */
  readonly present: number;
  /** Cells that are finite numbers. */
  readonly numbers: number;
  /** The type that has all digits of the numbers, if they are whole and float64 rounds some. */
  readonly large: 'integer' | 'decimal' | null;
  /** Cells that DuckDB casts to a number that is not finite: NaN, infinity. */
  readonly notFinite: number;
  /** Whether any number has leading zeros, such as the postal code 007. */
  readonly padded: boolean;
  /** Whole numbers that a float64 does not distinguish from their neighbours. */
  readonly inexact: number;
  /** Bytes of the longest cell. */
  readonly longestBytes: number;
}

export interface TableScan {
  readonly relation: Relation;
  readonly rows: number;
  /** By column id, without the typed columns of the file. */
  readonly scans: ReadonlyMap<string, ColumnScan>;
}

/** A float64 does not distinguish all whole numbers beyond this. */
const LARGEST_EXACT = Number.MAX_SAFE_INTEGER;
/** Well within int64, because rounding goes up. */
const LARGEST_INT64 = 2 ** 62;
/** Well within 38 digits. */
const LARGEST_DECIMAL = 1e37;
/** Two digits are a day or an hour; three with a leading zero are a code. */
const PADDED = `${BLANK}*0\\d\\d+${BLANK}*`;
const WHOLE = `${BLANK}*[-+]?\\d+${BLANK}*`;

/**
 * Scans every cell once. Throws Refusal when neither the relation of the source nor a fallback
 * reads all rows.
 */
export async function scanColumns(session: Session, source: Source, cells: Cells): Promise<TableScan> {
  try {
    return await scanRelation(session, await openRelation(session, source), source.columns, cells);
  } catch (error) {
    const fallback = source.fallback(error);
    if (fallback === null) throw source.refusalOf(error);
    return scanColumns(session, { ...source, ...fallback }, cells);
  }
}

async function scanRelation(
  session: Session,
  relation: Relation,
  columns: readonly SourceColumn[],
  cells: Cells,
): Promise<TableScan> {
  const ids = columns.filter(({ kind }) => kind === 'text').map(({ id }) => id);
  const quick = await runAggregates(session, relation, ids, cells, QUICK_AGGREGATES);
  const unusual = ids.filter((id) => isUnusual(quick.get(id) ?? NO_CELLS));
  const details = await runAggregates(session, relation, unusual, cells, DETAIL_AGGREGATES);
  return {
    relation,
    rows: ids[0] === undefined ? await countRows(session, relation) : Number(quick.get(ids[0])?.[5] ?? 0),
    scans: new Map(ids.map((id) => [id, toColumnScan(quick.get(id) ?? NO_CELLS, details.get(id))])),
  };
}

async function countRows(session: Session, { from }: Relation): Promise<number> {
  return Number((await session.query(`SELECT count(*)::DOUBLE FROM ${from}`))[0]?.[0]);
}

/** SQL of an aggregate over the cells of a column: `cell` as text, `number` as DOUBLE. */
type AggregateExpression = (cells: Cells) => string;

/** Few and simple: each one reads every cell and needs memory for every column. */
const QUICK_AGGREGATES: readonly AggregateExpression[] = [
  () => 'count(number)::DOUBLE',
  ({ missing }) => `count_if(CASE WHEN number IS NULL THEN NOT ${missing('cell')} END)::DOUBLE`,
  () => 'min(number)',
  () => 'max(number)',
  () => `count_if(${isSuspect('cell')})::DOUBLE`,
  () => 'count(*)::DOUBLE',
  () => 'max(strlen(cell))::DOUBLE',
];
/** Their values for a table without rows. */
const NO_CELLS: readonly Cell[] = [0, 0, null, null, 0, 0, 0];

/**
 * Whether a cell may have leading zeros, or may be no number although DuckDB casts it. Cheaper
 * than a regular expression: it contains _, or begins with a blank, a plus, or 00 to 09.
 */
function isSuspect(cell: string): string {
  return `(${cell} BETWEEN chr(9) AND ',~' OR ${cell} BETWEEN '00' AND '09~' OR contains(${cell}, '_'))`;
}

/**
 * For the few columns with numbers that are not finite or not exact in float64, and with cells
 * that may have leading zeros or may be no numbers, such as 1_000.
 */
const DETAIL_AGGREGATES: readonly AggregateExpression[] = [
  () => 'count_if(isfinite(number))::DOUBLE',
  ({ missing }) => `count_if(NOT isfinite(number) AND NOT ${missing('cell')})::DOUBLE`,
  () => 'count_if(trunc(number) <> number)::DOUBLE',
  () => 'max(abs(number)) FILTER (isfinite(number))',
  ({ oddNumber }) => `count_if(number IS NOT NULL AND ${oddNumber('cell')})::DOUBLE`,
  () => `count_if(number IS NOT NULL AND regexp_full_match(cell, ${literal(PADDED)}))::DOUBLE`,
  () => `count_if(abs(number) > ${LARGEST_EXACT} AND regexp_full_match(cell, ${literal(WHOLE)}))::DOUBLE`,
];

/** The aggregates by column id. Empty for a table without rows. */
async function runAggregates(
  session: Session,
  relation: Relation,
  ids: readonly string[],
  cells: Cells,
  expressions: readonly AggregateExpression[],
): Promise<ReadonlyMap<string, readonly Cell[]>> {
  const results = new Map<string, readonly Cell[]>();
  const aggregates = expressions.map((each) => each(cells)).join(', ');
  for (const batch of batches(ids, relation.columnsPerStatement)) {
    const numbers = `SELECT place, cell, ${cells.number('cell')} AS number FROM ${cellRows(relation, batch)}`;
    for (const [place, ...values] of await session.query(
      `SELECT place, ${aggregates} FROM (${numbers}) GROUP BY place`,
    )) {
      results.set(batch[Number(place)] ?? '', values);
    }
  }
  return results;
}

function isUnusual([, , min, max, suspects]: readonly Cell[]): boolean {
  if (min === null) return false;
  return Number(suspects) > 0 || !(Math.abs(Number(min)) <= LARGEST_EXACT && Math.abs(Number(max)) <= LARGEST_EXACT);
}

function toColumnScan(
  [casts, others, , , , , longest]: readonly Cell[],
  details: readonly Cell[] | undefined,
): ColumnScan {
  const longestBytes = Number(longest);
  if (details === undefined) {
    const numbers = Number(casts);
    const plain = { notFinite: 0, large: null, padded: false, inexact: 0 };
    return { present: numbers + Number(others), numbers, longestBytes, ...plain };
  }
  const [finite = 0, notFinite = 0, fractions, largest = 0, odd, padded = 0, inexact = 0] = details.map(Number);
  return {
    present: finite + notFinite + Number(others),
    // The formats of numbers exclude these cells, so the formats decide.
    numbers: odd ? 0 : finite,
    notFinite: Number(casts) - finite,
    large: fractions === 0 ? largeTypeOf(largest) : null,
    padded: padded > 0,
    inexact,
    longestBytes,
  };
}

function largeTypeOf(largest: number): ColumnScan['large'] {
  if (largest <= LARGEST_EXACT || largest >= LARGEST_DECIMAL) return null;
  return largest < LARGEST_INT64 ? 'integer' : 'decimal';
}
