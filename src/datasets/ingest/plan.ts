import type { ColumnType } from '../../kit/table.ts';
import type { Session } from '../duckdb/duckdb.ts';
import type { Cells } from './cells.ts';
import { Refusal } from './messages.ts';
import { AMBIGUOUS_WITH, type Form, formsOf } from './scan/forms.ts';
import { type Candidate, countForms, type FormHits } from './scan/hits.ts';
import type { Measure, Measured } from './scan/measure.ts';
import type { Source, SourceColumn } from './source/source.ts';

/** How a column is written. */
export interface PlannedColumn {
  /** The column's id in the relation. */
  readonly id: string;
  readonly name: string;
  /** Whether the name is made up, as the file has none. */
  readonly nameless: boolean;
  /** SQL for a typed cell, of a cell of the relation. */
  readonly sql: (cell: string) => string;
  readonly stored: SourceColumn['kind'];
  /** The type that the client asked for, or null. */
  readonly asked: ColumnType | null;
  /** Cells that are not missing in the file; null where the column came typed. */
  readonly present: number | null;
  /** The name of the form in which the cells were read; null of words, plain numbers and what came typed. */
  readonly form: string | null;
  /** A second form in which every cell means something else. */
  readonly ambiguousWith: string | null;
}

/** A column is of a type when at least this share of its cells is: the rest become missing, and a warning counts them. */
const SHARE_OF_TYPE = 0.98;

type NamedColumn = SourceColumn & { readonly asked: ColumnType | null };

/** Decides what the cells of every column are, by all rows. `asked` has the types that the client wants, by the column's name. */
export async function planColumns(
  session: Session,
  source: Source,
  { relation, measures }: Measured,
  cells: Cells,
  asked: ReadonlyMap<string, ColumnType>,
): Promise<readonly PlannedColumn[]> {
  const columns = source.columns.map((column) => ({ ...column, asked: asked.get(column.name) ?? null }));
  const forms = formsOf(source.delimiter);
  const candidates = columns.flatMap((column) => candidate(column, measures.get(column.id), forms));
  const hits = await countForms(session, relation, candidates, cells);
  return columns.map((column) => {
    const measure = measures.get(column.id);
    if (measure === undefined) return planTyped(column);
    return planText(column, measure, hits.get(column.id) ?? [], cells);
  });
}

/** The forms to try on a column: none where numbers or words are certain already. */
function candidate({ id, asked }: NamedColumn, measure: Measure | undefined, forms: readonly Form[]): Candidate[] {
  if (measure === undefined || measure.present === 0) return [];
  if (asked !== null) return [{ id, forms: forms.filter(({ type }) => type === asked) }];
  if (measure.numbers === measure.present || isCode(measure)) return [];
  return [{ id, forms: forms.filter(({ detected }) => detected) }];
}

function isPlainNumber({ numbers, present, padded }: Measure, asked: ColumnType | null): boolean {
  return present > 0 && numbers === present && (asked === 'numeric' || (asked === null && !padded));
}

/** Numbers with leading zeros name things. */
function isCode({ numbers, present, padded }: Measure): boolean {
  return padded && numbers >= SHARE_OF_TYPE * present;
}

function planText(column: NamedColumn, measure: Measure, hits: readonly FormHits[], cells: Cells): PlannedColumn {
  const { name, nameless, asked, id } = column;
  const base = { id, name, nameless, asked, present: measure.present, form: null, ambiguousWith: null };
  if (isPlainNumber(measure, asked)) return { ...base, ...planNumber(measure, cells) };
  const best = hits.toSorted((a, b) => b.cells - a.cells)[0];
  const enough = asked === null ? SHARE_OF_TYPE * measure.present : 1;
  if (asked !== null && STORED_FOR[asked] && !best?.cells) refuseType(name, asked);
  if (best === undefined || best.cells < enough) return { ...base, sql: cells.value, stored: 'text' };
  const { form } = best;
  if (form.name === 'plain') return { ...base, ...planNumber(measure, cells) };
  const stored = form.type === 'numeric' ? 'number' : form.type;
  const sql = (cell: string) => form.value(cells.value(cell));
  return { ...base, sql, stored, form: form.name, ambiguousWith: ambiguity(best, hits) };
}

function refuseType(name: string, asked: ColumnType): never {
  const message = `No cell of ${JSON.stringify(name)} can be read as ${asked}: leave the type out or name another.`;
  throw new Refusal(message, [{ path: '/types', message }]);
}

function planNumber({ large, notFinite }: Measure, cells: Cells): Pick<PlannedColumn, 'sql' | 'stored'> {
  if (large) return { sql: cells.whole, stored: 'integer' };
  return { sql: notFinite === 0 ? cells.number : (cell) => finite(cells.number(cell)), stored: 'number' };
}

function finite(number: string): string {
  return `(CASE WHEN isfinite(${number}) THEN ${number} END)`;
}

function ambiguity({ form, cells }: FormHits, hits: readonly FormHits[]): string | null {
  const other = hits.find((hit) => hit.form.name === AMBIGUOUS_WITH.get(form.name));
  return other?.cells === cells ? other.form.name : null;
}

const STORED_TYPES = { integer: 'BIGINT', number: 'DOUBLE', boolean: 'BOOLEAN', datetime: 'TIMESTAMP' } as const;
const STORED_FOR: Partial<Record<ColumnType, keyof typeof STORED_TYPES>> = {
  numeric: 'number',
  boolean: 'boolean',
  datetime: 'datetime',
};

/** A column that came with a type keeps it, unless another is asked for. */
function planTyped({ id, name, nameless, kind, asked }: NamedColumn): PlannedColumn {
  const base = { id, name, nameless, asked, present: null, form: null, ambiguousWith: null };
  const wanted = asked === null ? kind : (STORED_FOR[asked] ?? 'text');
  const stored = wanted === 'number' && kind === 'integer' ? kind : wanted;
  if (stored === 'text') return { ...base, sql: (cell) => `CAST(${cell} AS VARCHAR)`, stored };
  const cast = (cell: string) => `TRY_CAST(${cell} AS ${STORED_TYPES[stored]})`;
  return { ...base, stored, sql: stored === 'number' ? (cell) => finite(cast(cell)) : cast };
}
