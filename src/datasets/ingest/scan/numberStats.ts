import { STORED_TYPES } from '../../../formats/columnTypes.ts';
import { doublesOf } from '../../duckdb/doubles.ts';
import type { Session } from '../../duckdb/duckdb.ts';
import { batches } from '../../duckdb/sql.ts';
import { createShapeTally, type Extent, type Shape } from './histogram.ts';
import type { PlannedColumn } from './plan.ts';
import { TABLE } from './table.ts';
import { type BasicStats, createTally } from './tally.ts';

/** A column of the written table. */
export type WrittenColumn = PlannedColumn & { readonly id: string };

export interface NumberStats extends Extent {
  /** Cells with different values. */
  readonly distinct: number;
  readonly shape: Shape;
}

/** Columns that are read together: one chunk of them is about ten megabytes. */
const COLUMNS_PER_PASS = 800;
/**
 * A count of distinct values in DuckDB takes about two megabytes a column for any number of rows.
 */
const COLUMNS_PER_COUNT = 100;
/**
 * Tables with at most this many rows are read once into memory, `COLUMNS_PER_PASS` columns at a
 * time.
 */
const ROWS_IN_MEMORY = 10_000;

/**
 * Statistics of columns of numbers, by column id. The passes run here and not in SQL, because
 * DuckDB takes three times as long for the same numbers.
 */
export async function readNumberStats(
  session: Session,
  columns: readonly WrittenColumn[],
  rows: number,
): Promise<ReadonlyMap<string, NumberStats>> {
  return rows <= ROWS_IN_MEMORY ? readInMemory(session, columns, rows) : readInPasses(session, columns);
}

/** One pass: every statistic comes from the cells in memory. */
async function readInMemory(
  session: Session,
  columns: readonly WrittenColumn[],
  rows: number,
): Promise<ReadonlyMap<string, NumberStats>> {
  const stats = new Map<string, NumberStats>();
  // float64 does not distinguish large integers.
  const large = columns.filter(({ stored }) => STORED_TYPES[stored].isRounded !== null);
  const counted = await countDistinct(session, large);
  for (const batch of batches(columns, COLUMNS_PER_PASS)) {
    const cells = batch.map(() => createCollector(rows));
    await feed(session, batch, cells);
    for (const [index, column] of batch.entries()) {
      const values = cells[index]?.values ?? new Float64Array();
      stats.set(column.id, statsOf(column, values, counted.get(column.id)));
    }
  }
  return stats;
}

function createCollector(rows: number) {
  const values = new Float64Array(rows);
  let length = 0;
  return {
    values,
    add: (part: Float64Array) => {
      values.set(part, length);
      length += part.length;
    },
  };
}

function statsOf(column: WrittenColumn, values: Float64Array, distinct: number | undefined): NumberStats {
  const tally = createTally();
  tally.add(values);
  const extent = extentOf(column, tally.basics());
  const shape = createShapeTally(extent);
  shape.add(values);
  return { ...extent, distinct: distinct ?? countDistinctValues(values), shape: shape.shape() };
}

/** Sorts the values in place. */
function countDistinctValues(values: Float64Array): number {
  values.sort();
  let distinct = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isNaN(value) && (i === 0 || value !== values[i - 1])) distinct += 1;
  }
  return distinct;
}

/**
 * One pass is enough for small whole numbers. Other columns need a second pass, with their mean and
 * range known.
 */
async function readInPasses(
  session: Session,
  columns: readonly WrittenColumn[],
): Promise<ReadonlyMap<string, NumberStats>> {
  const stats = new Map<string, NumberStats>();
  const spread: ColumnWithExtent[] = [];
  for (const batch of batches(columns, COLUMNS_PER_PASS)) {
    const tallies = batch.map(createTally);
    await feed(session, batch, tallies);
    for (const [index, column] of batch.entries()) {
      const basics = tallies[index]?.basics();
      if (basics === undefined) continue;
      const extent = extentOf(column, basics);
      if (basics.repeats === null) spread.push({ ...column, extent });
      else stats.set(column.id, statsOfRepeats(extent, basics.repeats));
    }
  }
  await readShapes(session, spread, stats);
  return stats;
}

function extentOf({ stored }: WrittenColumn, { count, min, max, sum, whole }: BasicStats): Extent {
  const mean = sum / count;
  return {
    count,
    min: count === 0 ? null : min,
    max: count === 0 ? null : max,
    mean: Number.isFinite(mean) ? mean : null,
    whole: stored === 'integer' || (count > 0 && whole),
  };
}

function statsOfRepeats(extent: Extent, repeats: NonNullable<BasicStats['repeats']>): NumberStats {
  const tally = createShapeTally(extent);
  tally.addRepeats(repeats);
  return { ...extent, distinct: repeats.values.length, shape: tally.shape() };
}

type ColumnWithExtent = WrittenColumn & { readonly extent: Extent };

async function readShapes(
  session: Session,
  columns: readonly ColumnWithExtent[],
  stats: Map<string, NumberStats>,
): Promise<void> {
  const counted = await countDistinct(session, columns);
  for (const batch of batches(columns, COLUMNS_PER_PASS)) {
    const shapes = batch.map(({ extent }) => createShapeTally(extent));
    await feed(session, batch, shapes);
    for (const [index, { id, extent }] of batch.entries()) {
      const shape = shapes[index]?.shape();
      if (shape) stats.set(id, { ...extent, distinct: counted.get(id) ?? 0, shape });
    }
  }
}

interface Sink {
  readonly add: (values: Float64Array) => void;
}

/** Reads columns chunk by chunk. The sinks are in the order of the columns. */
async function feed(session: Session, columns: readonly WrittenColumn[], sinks: readonly Sink[]): Promise<void> {
  const cells = columns.map(({ id, stored }) => `coalesce(${STORED_TYPES[stored].double(id)}, 'NaN'::DOUBLE)`);
  for await (const chunk of session.stream(`SELECT ${cells.join(', ')} FROM ${TABLE}`)) {
    for (const index of columns.keys()) {
      sinks[index]?.add(doublesOf(chunk.getColumnVector(index)));
    }
  }
}

async function countDistinct(session: Session, columns: readonly WrittenColumn[]) {
  const counted = new Map<string, number>();
  for (const batch of batches(columns, COLUMNS_PER_COUNT)) {
    const counts = batch.map(({ id }) => `count(DISTINCT ${id})::DOUBLE`);
    const [row = []] = await session.query(`SELECT ${counts.join(', ')} FROM ${TABLE}`);
    for (const [index, { id }] of batch.entries()) counted.set(id, Number(row[index]));
  }
  return counted;
}
