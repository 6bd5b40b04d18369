/** A generated table, and the bodies that have its rows. */
import fc from 'fast-check';
import { uniqueNames } from '../../../src/formats/columnNames.ts';
import type { File } from './check.ts';
import { column, type GeneratedColumn, MAX_ROWS } from './columns.ts';
import { parquetBytes } from './parquetBytes.ts';
import type { Body } from './service.ts';
import { delimiterOf, MEDIA_TYPES, type Rows, textBytes, type Writing, writing } from './writing.ts';

export interface GeneratedFile {
  readonly columns: readonly GeneratedColumn[];
  readonly target: readonly string[];
  readonly rows: number;
  readonly writing: Writing;
  /** The time zone of the process that predicts. */
  readonly zone: string;
}

const TARGET = 'the target';
/** A feature with a value in every row, so that every table can be trained on. */
const COUNT = 'count';
const TARGETS = [
  ['up', 'down'],
  ['True', 'False'],
  ['yes', 'no'],
  ['0', '1'],
  ['1.5', '2.25', '3'],
  ['1,5', '2,25', '3'],
  ['red', 'green', 'it"s'],
  ['01', '02'],
];
const ZONES = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Chatham', 'Europe/London'];

export const generatedFile: fc.Arbitrary<GeneratedFile> = fc.record({
  columns: fc.array(column, { minLength: 1, maxLength: 5 }),
  target: fc.constantFrom(...TARGETS),
  rows: fc.integer({ min: 6, max: MAX_ROWS }),
  writing,
  zone: fc.constantFrom(...ZONES),
});

export async function toFile(generated: GeneratedFile): Promise<File> {
  const { writing: way, columns, zone } = generated;
  const { names, rows } = rowsOf(generated);
  const target = way.targetFirst ? 0 : names.length - 1;
  const without: Rows = {
    names: names.filter((_, index) => index !== target),
    rows: rows.map((cells) => cells.filter((_, index) => index !== target)),
  };
  const isPositional = isDelimited(way) && !way.hasHeader;
  // Without a header, only the last column can be left out. A row without cells is a blank line.
  const canOmit = !(isPositional && target === 0) && without.rows.every((cells) => cells.join('') !== '');
  const body = await bodyOf({ names, rows }, generated);
  const shown = uniqueNames(isPositional ? names.map(() => '') : names);
  const casts = columns.flatMap(({ cast }, index) => (cast ? [[nameAt(shown, way, index), cast] as const] : []));
  const types = columns.flatMap(({ requested }, index) =>
    requested ? [[nameAt(shown, way, index), requested] as const] : [],
  );
  const read = {
    ...(way.nullValues !== null && { nullValues: way.nullValues }),
    ...(types.length > 0 && { types: JSON.stringify(Object.fromEntries(types)) }),
  };
  return {
    upload: { ...body, query: { ...body.query, ...read } },
    predict: body,
    withoutTarget: canOmit ? await bodyOf(without, generated) : null,
    target: shown[target],
    casts: Object.fromEntries(casts),
    zone,
  };
}

/** Columns, then the count; the target before or after them. */
function rowsOf({ columns, target, rows, writing: way }: GeneratedFile): Rows {
  const hasCommas = target.some((cell) => cell.includes(','));
  const cells = (row: number) => [
    ...columns.map((each) => each.cells[row].replaceAll('\r\n', '\n')),
    hasCommas ? `${row},5` : String(row * 3),
  ];
  const withTarget = (some: readonly string[], value: string) =>
    way.targetFirst ? [value, ...some] : [...some, value];
  const all = Array.from({ length: rows }, (_, row) => withTarget(cells(row), target[row % target.length]));
  const isShort = (row: number) => isDelimited(way) && way.shortLines > 0 && row % way.shortLines === 1;
  const names = withTarget([...columns.map(({ name }) => name), COUNT], TARGET);
  return {
    // Parquet has no equal names.
    names: way.format === 'parquet' ? uniqueNames(names) : names,
    rows: all.map((each, row) => (isShort(row) ? each.slice(0, -1 - (row % 3)) : each)),
  };
}

function nameAt(shown: readonly string[], { targetFirst }: Writing, index: number): string {
  return shown[index + (targetFirst ? 1 : 0)];
}

function parquetTypes(generated: GeneratedFile): ReadonlyMap<string, string> {
  const { names } = rowsOf(generated);
  return new Map(generated.columns.map(({ parquet }, index) => [nameAt(names, generated.writing, index), parquet]));
}

function isDelimited({ format }: Writing): boolean {
  return format === 'csv' || format === 'tsv';
}

async function bodyOf(table: Rows, generated: GeneratedFile): Promise<Body> {
  const { writing: way } = generated;
  const mediaType = way.statesType || way.charset !== 'utf-8' ? MEDIA_TYPES[way.format] : 'application/octet-stream';
  if (way.format === 'parquet') {
    const bytes = await parquetBytes(table, parquetTypes(generated));
    return { bytes, type: mediaType, query: {} };
  }
  // Python and Excel write a mark before UTF-16 unless its order is stated.
  const charset = way.statesCharset ? `; charset=${way.charset}` : '';
  const query = {
    ...(isDelimited(way) && way.statesDelimiter && { delimiter: delimiterOf(way) }),
    ...(isDelimited(way) && way.statesHeader && { header: String(way.hasHeader) }),
  };
  return { bytes: textBytes(table, way), type: `${mediaType}${charset}`, query };
}
