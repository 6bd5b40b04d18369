import { doublesOf } from '../doubles.ts';
import type { Session } from '../duckdb.ts';
import { createShapeTally, type Extent, type Shape } from './histogram.ts';
import type { PlannedColumn } from './plan.ts';
import { batches } from './sql.ts';
import { TABLE } from './table.ts';
import { type Basics, createTally } from './tally.ts';

/** A column of the written table. */
export type WrittenColumn = PlannedColumn & { readonly id: string };

export interface NumberFacts extends Extent {
  /** Cells with different values. */
  readonly distinct: number;
  readonly shape: Shape;
}

/** Columns that are read side by side: one chunk of them is some ten megabytes. */
const COLUMNS_A_PASS = 800;
/** A count of distinct values in DuckDB takes some two megabytes a column, however few rows there are. */
const COLUMNS_A_COUNT = 100;
/** Up to so many rows a set counts distinct values quicker than a statement is planned. */
const ROWS_OF_SET = 10_000;

/**
 * Statistics of columns of numbers, by column id. One pass tells everything of small whole numbers; others go through a second one, with
 * their mean and range known. Passes run here rather than in SQL: DuckDB takes three times as long for the same figures.
 */
export async function readNumbers(
  session: Session,
  columns: readonly WrittenColumn[],
  rows: number,
): Promise<ReadonlyMap<string, NumberFacts>> {
  const facts = new Map<string, NumberFacts>();
  const spread: SpreadColumn[] = [];
  for (const batch of batches(columns, COLUMNS_A_PASS)) {
    const tallies = batch.map(createTally);
    await feed(session, batch, tallies);
    for (const [index, column] of batch.entries()) {
      const basics = tallies[index]?.basics();
      if (basics === undefined) continue;
      const extent = extentOf(column, basics);
      if (basics.repeats === null) spread.push({ ...column, extent });
      else facts.set(column.id, factsOfRepeats(extent, basics.repeats));
    }
  }
  await readSpread(session, spread, rows, facts);
  return facts;
}

function extentOf({ stored }: WrittenColumn, { count, min, max, sum, whole }: Basics): Extent {
  const mean = sum / count;
  return {
    count,
    min: count === 0 ? null : min,
    max: count === 0 ? null : max,
    mean: Number.isFinite(mean) ? mean : null,
    whole: stored === 'integer' || (count > 0 && whole),
  };
}

function factsOfRepeats(extent: Extent, repeats: NonNullable<Basics['repeats']>): NumberFacts {
  const tally = createShapeTally(extent);
  tally.addRepeats(repeats);
  return { ...extent, distinct: repeats.values.length, shape: tally.shape() };
}

type SpreadColumn = WrittenColumn & { readonly extent: Extent };

async function readSpread(
  session: Session,
  columns: readonly SpreadColumn[],
  rows: number,
  facts: Map<string, NumberFacts>,
): Promise<void> {
  // float64 does not tell large integers apart.
  const inSets = (column: SpreadColumn) => rows <= ROWS_OF_SET && column.stored === 'number';
  const counted = await countDistinct(
    session,
    columns.filter((column) => !inSets(column)),
  );
  for (const batch of batches(columns, COLUMNS_A_PASS)) {
    const shapes = batch.map(({ extent }) => createShapeTally(extent));
    const sets = batch.map((column) => (inSets(column) ? createSetTally() : null));
    await feed(session, batch, shapes, sets);
    for (const [index, { id, extent }] of batch.entries()) {
      const shape = shapes[index]?.shape();
      if (shape) facts.set(id, { ...extent, distinct: sets[index]?.size() ?? counted.get(id) ?? 0, shape });
    }
  }
}

function createSetTally() {
  const seen = new Set<number>();
  return {
    add: (values: Float64Array) => {
      for (const value of values) if (!Number.isNaN(value)) seen.add(value);
    },
    size: () => seen.size,
  };
}

interface Sink {
  readonly add: (values: Float64Array) => void;
}

/** Reads columns chunk by chunk; the sinks of a column stand at its place. */
async function feed(
  session: Session,
  columns: readonly WrittenColumn[],
  ...sinks: readonly (readonly (Sink | null)[])[]
): Promise<void> {
  const cells = columns.map(({ id }) => `coalesce(${id}::DOUBLE, 'NaN'::DOUBLE)`);
  for await (const chunk of session.stream(`SELECT ${cells.join(', ')} FROM ${TABLE}`)) {
    for (const index of columns.keys()) {
      const values = doublesOf(chunk.getColumnVector(index));
      for (const row of sinks) row[index]?.add(values);
    }
  }
}

async function countDistinct(session: Session, columns: readonly WrittenColumn[]) {
  const counted = new Map<string, number>();
  for (const batch of batches(columns, COLUMNS_A_COUNT)) {
    const counts = batch.map(({ id }) => `count(DISTINCT ${id})::DOUBLE`);
    const [answer = []] = await session.query(`SELECT ${counts.join(', ')} FROM ${TABLE}`);
    for (const [index, { id }] of batch.entries()) counted.set(id, Number(answer[index]));
  }
  return counted;
}
