import {
  type ColumnType,
  columnTypes,
  STORED_TYPES,
  type StoredAs,
  valueFormatsOf,
} from '../../../formats/columnTypes.ts';
import { finite, type ValueFormat } from '../../../formats/types/columnType.ts';
import { PLAIN_NUMBER } from '../../../formats/types/numbers.ts';
import type { Session } from '../../duckdb/duckdb.ts';
import { Refusal } from '../protocol/messages.ts';
import type { Source, SourceColumn } from '../source/source.ts';
import type { Cells } from './cells.ts';
import type { ColumnScan, TableScan } from './columnScan.ts';
import { type Candidate, countFormatMatches, type FormatMatches, type TypedFormat } from './formatMatches.ts';

/** How a column is stored. */
export interface PlannedColumn {
  /** The column's id in the relation. */
  readonly id: string;
  readonly name: string;
  /** Whether the name is generated because the file has none. */
  readonly nameless: boolean;
  /** SQL for the typed cell from a cell of the relation. */
  readonly sql: (cell: string) => string;
  readonly stored: StoredAs;
  /** The type that the client requested, or null. */
  readonly requestedType: ColumnType | null;
  /** Cells that are not missing in the file; null when the file has a typed column. */
  readonly present: number | null;
  /** The format of the cells; null for words and typed columns. */
  readonly format: ValueFormat | null;
  /** A second format in which every cell has another meaning. */
  readonly ambiguousWith: string | null;
  /** Whole numbers that a float64 does not distinguish from their neighbours. */
  readonly inexact: number;
  /** Most cells of a column of words have this format, but too few to decide its type. */
  readonly almost: FormatMatches | null;
}

/**
 * The share of cells that decides the type of a column. The other cells become missing, and a
 * warning counts them.
 */
const MIN_TYPE_SHARE = 0.98;
/** From this share on a warning says that the type is nearly that of the format. */
const ALMOST_SHARE = 0.5;

type NamedColumn = SourceColumn & { readonly requestedType: ColumnType | null };

/**
 * Decides the type and format of every column from all rows. `requestedTypes` are by column name.
 */
export async function planColumns(
  session: Session,
  source: Source,
  { relation, scans }: TableScan,
  cells: Cells,
  requestedTypes: ReadonlyMap<string, ColumnType>,
): Promise<readonly PlannedColumn[]> {
  const columns = source.columns.map((column) => ({
    ...column,
    requestedType: requestedTypes.get(column.name) ?? null,
  }));
  const formats = valueFormatsOf(source.delimiter);
  const candidates = columns.flatMap((column) => candidate(column, scans.get(column.id), formats));
  const matches = await countFormatMatches(session, relation, candidates, cells);
  return columns.map((column) => {
    const scan = scans.get(column.id);
    if (scan === undefined) return planTyped(column);
    return planText(column, scan, matches.get(column.id) ?? [], cells);
  });
}

/** The formats to try on a column: none when it is known to be numbers or words. */
function candidate(
  { id, requestedType }: NamedColumn,
  scan: ColumnScan | undefined,
  formats: readonly TypedFormat[],
): Candidate[] {
  if (scan === undefined || scan.present === 0) return [];
  if (requestedType !== null) return [{ id, formats: formats.filter(({ type }) => type === requestedType) }];
  if (scan.numbers === scan.present || isCode(scan)) return [];
  return [{ id, formats: formats.filter(({ detected }) => detected) }];
}

function isPlainNumber({ numbers, present, padded }: ColumnScan, requestedType: ColumnType | null): boolean {
  return present > 0 && numbers === present && (requestedType === 'numeric' || (requestedType === null && !padded));
}

/** Numbers with leading zeros are codes. */
function isCode({ numbers, present, padded }: ColumnScan): boolean {
  return padded && numbers >= MIN_TYPE_SHARE * present;
}

function planText(
  column: NamedColumn,
  scan: ColumnScan,
  matches: readonly FormatMatches[],
  cells: Cells,
): PlannedColumn {
  const { name, requestedType } = column;
  const base = { ...baseOf(column), present: scan.present };
  if (isPlainNumber(scan, requestedType)) return { ...base, ...planNumber(scan, cells) };
  const best = matches.toSorted((a, b) => b.cells - a.cells)[0];
  const enough = requestedType === null ? MIN_TYPE_SHARE * scan.present : 1;
  if (requestedType !== null && columnTypes[requestedType].cells === 'numbers' && !best?.cells)
    refuseType(name, requestedType);
  if (best === undefined || best.cells < enough) {
    const almost = best !== undefined && best.cells >= ALMOST_SHARE * scan.present ? best : null;
    return { ...base, sql: cells.value, stored: 'text', almost };
  }
  const { format } = best;
  const stored = columnTypes[format.type].storedAs;
  const sql = (cell: string) => format.value(cells.value(cell));
  return { ...base, sql, stored, format, ambiguousWith: ambiguity(best, matches), inexact: scan.inexact };
}

function baseOf({ id, name, nameless, requestedType }: NamedColumn) {
  const nothing = { present: null, format: null, ambiguousWith: null, inexact: 0, almost: null };
  return { id, name, nameless, requestedType, ...nothing };
}

function refuseType(name: string, requestedType: ColumnType): never {
  const message = `No cell of ${JSON.stringify(name)} can be read as ${requestedType}. Omit the type or request another.`;
  throw new Refusal(message, [{ path: '/types', message }]);
}

/** Every cell is a plain number, so DuckDB's cast is enough. */
function planNumber(
  { large, notFinite, inexact }: ColumnScan,
  cells: Cells,
): Pick<PlannedColumn, 'sql' | 'stored' | 'format' | 'inexact'> {
  const plain = { format: PLAIN_NUMBER, inexact };
  if (large !== null) return { ...plain, sql: cells[large], stored: large };
  return { ...plain, sql: notFinite === 0 ? cells.number : (cell) => finite(cells.number(cell)), stored: 'number' };
}

function ambiguity({ format, cells }: FormatMatches, matches: readonly FormatMatches[]): string | null {
  const other = matches.find((match) => match.format.name === format.ambiguousWith);
  return other?.cells === cells ? other.format.name : null;
}

/** A typed column of the file has its own type unless the client requests another. */
function planTyped(column: NamedColumn): PlannedColumn {
  const { kind, requestedType } = column;
  const hasOwnType = requestedType === null || STORED_TYPES[kind].type === requestedType;
  const stored = hasOwnType ? kind : columnTypes[requestedType].storedAs;
  return { ...baseOf(column), stored, sql: STORED_TYPES[stored].cast };
}
