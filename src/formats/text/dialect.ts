import { DEFAULT_NULL_VALUES } from '../nullValues.ts';
import { type CommentRule, isMarkedComment } from './comments.ts';
import { isBlank, RecordError, recordsAt, type Splitting, type TextRecord } from './records.ts';

/** How a delimited text is split. Uploads and rows to predict have the same rules. */
export interface Dialect extends Splitting {
  /** Lines before the header, or before the first row without a header. */
  readonly skip: number;
  /** Skipped lines that are neither blank, nor comments, nor `sep=`. */
  readonly skippedText: number;
  readonly header: boolean;
  /** The header has one name fewer than the rows. `first` has an empty name in its place. */
  readonly shortHeader: ShortHeader | null;
  /** The trimmed cells of the first record: the names of the columns if it is a header. */
  readonly first: readonly string[];
  readonly comments: CommentRule;
}

/** A header with one name fewer than the rows have cells. */
export interface ShortHeader {
  /** Whether the first column has no name, as in the row names of R. Otherwise the last one. */
  readonly rowNames: boolean;
}

/** What the request states; null: detect it. */
export interface GivenDialect {
  readonly delimiter: string | null;
  readonly header: boolean | null;
}

/** The start of a text. */
export interface TextStart {
  readonly text: string;
  /** Whether the text does not continue. */
  readonly isWhole: boolean;
}

/** Delimiters that are detected, most likely first. */
export const DELIMITERS = [',', ';', '\t', '|'] as const;
/** R writes blanks. Words have blanks too, so this needs row names below a header without one. */
const R_DELIMITER = ' ';
/** Records that show the dialect, ... */
const SAMPLE_RECORDS = 500;
/** ... or fewer when they are long, because wide tables would take seconds, ... */
const SAMPLE_CHARACTERS = 2 ** 16;
/** ... but this many at least. */
const MIN_SAMPLE_RECORDS = 4;
/** The share of records that have the most frequent number of cells. */
const MIN_FITTING_SHARE = 0.5;

/** Excel writes the delimiter into the first line. */
const SEPARATOR_LINE = /^\s*"?sep=(.)"?\s*$/i;
const SINGLE_QUOTED = /(^|[,;\t|\r\n])\s*'[^']*'\s*([,;\t|\r\n]|$)/;
const IN_SINGLE_QUOTES = /^\s*'[^']*'\s*$/;
const MISSING: ReadonlySet<string> = new Set(['', ...DEFAULT_NULL_VALUES]);

/** Kinds of cells that a name of a column does not have. */
const KINDS: readonly RegExp[] = [
  /^[-+]?(\d[\d.,]*|[.,]\d+)([eE][-+]?\d+)?$/,
  /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$/,
  /^\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$/,
  /^(true|false)$/i,
];

/** The records of a text with one way to split them. */
interface Candidate extends Splitting {
  readonly records: readonly TextRecord[];
  /** The number of cells of the table's records. */
  readonly width: number;
  /** The share of records with this number of cells. */
  readonly share: number;
  /** Whether the table begins with the first record. */
  readonly startsFirst: boolean;
}

/**
 * The dialect of a text by its start; undefined when it has no record. Delimiter and quote are
 * those that give the same number of cells in most records. Lines with fewer cells above the table
 * are skipped. The first record is a header unless it has the kind of cells that the records below
 * it have.
 */
export function findDialect(start: TextStart, given: GivenDialect): Dialect | undefined {
  const search = searchDialect(start, given);
  for (;;) {
    const { done, value } = search.next();
    if (done) return value;
  }
}

/** Finds the dialect, and pauses before each way to split the text. */
export function* searchDialect(start: TextStart, given: GivenDialect): Generator<undefined, Dialect | undefined> {
  const separator = SEPARATOR_LINE.exec(firstLine(start.text))?.[1] ?? null;
  const delimiter = given.delimiter ?? separator;
  const candidates: Candidate[] = [];
  for (const splitting of splittingsOf(start.text, delimiter)) {
    yield;
    const candidate = toCandidate(start, splitting, separator !== null);
    const isPossible = splitting.delimiter !== R_DELIMITER || delimiter !== null || hasRowNames(candidate);
    if (candidate.records.length > 0 && isPossible) candidates.push(candidate);
  }
  const best = candidates.toSorted(compare)[0];
  return best && toDialect(best, given.header);
}

function firstLine(text: string): string {
  return /^[^\r\n]*/.exec(text)?.[0] ?? '';
}

function splittingsOf(text: string, delimiter: string | null): readonly Splitting[] {
  const quotes = SINGLE_QUOTED.test(text.slice(0, SAMPLE_CHARACTERS)) ? ['"', "'"] : ['"'];
  const delimiters = delimiter === null ? [...DELIMITERS, R_DELIMITER] : [delimiter];
  return delimiters.flatMap((each) => quotes.map((quote) => ({ delimiter: each, quote })));
}

function toCandidate(start: TextStart, splitting: Splitting, hasSeparatorLine: boolean): Candidate {
  const sample = sampleOf(start, splitting);
  const records = hasSeparatorLine ? sample.slice(1) : sample;
  const rows = records.filter((record) => !isMarkedComment(record));
  const widths = (rows.length > 0 ? rows : records).map(({ cells }) => cells.length);
  const [first = 0] = widths;
  const shareOf = (width: number) => widths.filter((each) => each === width).length / widths.length;
  const most = Math.max(...widths) === first ? first : mostFrequent(widths);
  const width = most === first || shareOf(most) >= MIN_FITTING_SHARE ? most : 1;
  const table = { ...splitting, records, width, share: shareOf(width) };
  return { ...table, startsFirst: first === width || hasShortHeader(table) };
}

/** The first records without blank ones, up to a record that cannot be split. */
function sampleOf({ text, isWhole }: TextStart, splitting: Splitting): readonly TextRecord[] {
  const records: TextRecord[] = [];
  let characters = 0;
  try {
    for (const record of recordsAt(text, splitting, isWhole)) {
      if (isBlank(record)) continue;
      records.push(record);
      characters += record.cells.reduce((sum, cell) => sum + cell.length + 1, 0);
      if (records.length >= SAMPLE_RECORDS) break;
      if (records.length >= MIN_SAMPLE_RECORDS && characters >= SAMPLE_CHARACTERS) break;
    }
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
  }
  return records;
}

/** The most frequent number, the larger one of two that are equally frequent. */
function mostFrequent(numbers: readonly number[]): number {
  const counts = [...Map.groupBy(numbers, (number) => number)];
  return counts.toSorted(([a, as], [b, bs]) => bs.length - as.length || b - a)[0]?.[0] ?? 0;
}

/** Better candidates first. */
function compare(a: Candidate, b: Candidate): number {
  return (
    Number(b.width > 1) - Number(a.width > 1) ||
    Number(b.startsFirst) - Number(a.startsFirst) ||
    b.share - a.share ||
    Number(hasSingleQuotes(a)) - Number(hasSingleQuotes(b)) ||
    b.width - a.width
  );
}

/** Whether single quotes are left around cells of half of the records. */
function hasSingleQuotes({ quote, records }: Candidate): boolean {
  if (quote !== '"') return false;
  const quoted = records.filter(({ cells }) => cells.some((cell) => IN_SINGLE_QUOTES.test(cell))).length;
  return quoted >= records.length / 2;
}

function toDialect(candidate: Candidate, header: boolean | null): Dialect {
  const { delimiter, quote, records, width } = candidate;
  const shortHeader = header !== false && hasShortHeader(candidate);
  const start = shortHeader ? indexOfFirst(records) : startOfTable(records, width);
  const [first, ...rows] = records.slice(start);
  const cells = trimmed(first);
  const rowNames = shortHeader && hasRowNames(candidate);
  const names = rowNames ? ['', ...cells] : [...cells, ''];
  return {
    ...{ delimiter, quote, skip: (first?.line ?? 1) - 1, comments: commentsOf(candidate, rows) },
    header: shortHeader || (header ?? !hasKindsOf(cells, rows)),
    shortHeader: shortHeader ? { rowNames } : null,
    skippedText: records.slice(0, start).filter(({ hasHash }) => !hasHash).length,
    first: shortHeader ? names : cells,
  };
}

/** The index of the first record that is no comment. */
function indexOfFirst(records: readonly TextRecord[]): number {
  return Math.max(
    0,
    records.findIndex((record) => !isMarkedComment(record)),
  );
}

/**
 * Whether the first record is a header with one name fewer than the rows, as R writes it, or with
 * rows that end with a delimiter. A title above a header is not a header.
 */
function hasShortHeader({ records, width }: Omit<Candidate, 'startsFirst'>): boolean {
  const [header, ...rows] = records.slice(indexOfFirst(records)).filter((record) => !isMarkedComment(record));
  const fitting = rows.filter(({ cells }) => cells.length === width);
  const first = rows[0];
  if (header?.cells.length !== width - 1 || first?.cells.length !== width) return false;
  const isData = hasKindsOf(trimmed(first), fitting.slice(1)) || fitting.length === 1;
  const isTyped = first.cells.some((_, index) => kindOf(fitting.slice(1), index) !== undefined);
  return isData || (!isTyped && width > 2);
}

/** Whether the short header has no name for the first column: the last one has cells. */
function hasRowNames(candidate: Omit<Candidate, 'startsFirst'>): boolean {
  const { records, width } = candidate;
  if (!hasShortHeader(candidate)) return false;
  return records.some(({ cells }) => cells.length === width && cells[width - 1]?.trim() !== '');
}

/**
 * Comments among the rows. A comment may have as many cells as a row where the text has others, or
 * where the first column has numbers or times. Rows that begin with # are more than comments.
 */
function commentsOf({ records, width }: Candidate, rows: readonly TextRecord[]): CommentRule {
  const wide = rows.filter(({ cells }) => cells.length === width);
  const unmarked = wide.filter((record) => !isMarkedComment(record));
  const hasOthers = records.some((record) => isMarkedComment(record) && record.cells.length !== width);
  return {
    onlyMarked: unmarked.some(({ hasHash }) => hasHash),
    ofAnyWidth: (hasOthers || kindOf(unmarked, 0) !== undefined) && unmarked.length > wide.length / 2,
  };
}

/**
 * The index of the first record of the table: a header after `#` is one when no other header
 * follows.
 */
function startOfTable(records: readonly TextRecord[], width: number): number {
  const fits = ({ cells }: TextRecord) => cells.length === width;
  const start = records.findIndex((record) => fits(record) && !isMarkedComment(record));
  const above = records[start - 1];
  if (start > 0 && above && fits(above) && hasKindsOf(trimmed(records[start]), records.slice(start + 1)))
    return start - 1;
  return Math.max(0, start);
}

function trimmed(record: TextRecord | undefined): readonly string[] {
  return (record?.cells ?? []).map((cell) => cell.trim());
}

/** Whether some column has a kind in all rows, and the first record has it in all such columns. */
function hasKindsOf(first: readonly string[], rows: readonly TextRecord[]): boolean {
  let typed = 0;
  for (const [index, cell] of first.entries()) {
    const kind = kindOf(rows, index);
    if (kind === undefined) continue;
    if (!kind.test(cell) && !(MISSING.has(cell) && cell !== '')) return false;
    typed += 1;
  }
  return typed > 0;
}

/** The kind of all cells of a column that are not missing; undefined: words, or no cell. */
function kindOf(rows: readonly TextRecord[], index: number): RegExp | undefined {
  const cells = rows.map((row) => row.cells[index]?.trim() ?? '').filter((cell) => !MISSING.has(cell));
  return cells.length === 0 ? undefined : KINDS.find((kind) => cells.every((cell) => kind.test(cell)));
}
