import { readTable } from '../../../src/datasets/rows/readTable.ts';
import { asCategories } from '../../../src/features/columns/conversions.ts';
import { columnTypeOf, type FeatureType } from '../../../src/features/columns.ts';
import { type ColumnType, columnTypes } from '../../../src/formats/columnTypes.ts';
import type { ParseOptions } from '../../../src/formats/parseOptions.ts';
import { type Column, isNumberColumn } from '../../../src/formats/table.ts';
import { readCsv } from '../../../src/models/rows/csv.ts';
import { readNdjson } from '../../../src/models/rows/ndjson.ts';
import type { RawRows } from '../../../src/models/rows/rawRows.ts';
import { readTable as readRowsTable } from '../../../src/models/rows/table.ts';
import type { TestService } from './service.ts';
import { upload } from './upload.ts';

/** A cell in a column of a dataset, and in a row to predict by a model trained on that dataset. */
export interface CellCase {
  /** `ndjson`, or the delimiter of a CSV file. */
  readonly file: string;
  readonly type: ColumnType;
  /** The type that the model reads the column as. */
  readonly modelType: FeatureType;
  /**
   * The other cells of the column, which decide on its format; and the cell: JSON values as text.
   */
  readonly others: string;
  readonly cell: string;
}

/** The two readings of a cell: a value (times in ISO 8601), or null for missing. */
export interface Readings {
  readonly training: unknown;
  readonly prediction: unknown;
}

const OTHER_ROWS = 3;

/** The readings of every case, in order. Cases of one kind of file are columns of one upload. */
export async function readCells(service: TestService, cases: readonly CellCase[]): Promise<readonly Readings[]> {
  const readings = new Map<CellCase, Readings>();
  for (const [file, some] of Map.groupBy(cases, (each) => each.file)) {
    for (const [index, reading] of (await readFile(service, file, some)).entries()) readings.set(some[index], reading);
  }
  return cases.map((each) => readings.get(each) ?? { training: undefined, prediction: undefined });
}

async function readFile(service: TestService, file: string, cases: readonly CellCase[]): Promise<readonly Readings[]> {
  const names = cases.map((_, index) => `c${index}`);
  const rows = Array.from({ length: OTHER_ROWS + 1 }, (_, row) =>
    cases.map(({ others, cell }) => (row < OTHER_ROWS ? others : cell)),
  );
  const text = file === 'ndjson' ? ndjsonOf(names, rows) : csvOf(names, rows, file);
  const types = JSON.stringify(Object.fromEntries(cases.map(({ type }, index) => [names[index], type])));
  const answer = await upload(service, text, {
    type: file === 'ndjson' ? 'application/x-ndjson' : 'text/csv',
    query: { types, ...(file !== 'ndjson' && { delimiter: file }) },
  });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  const { id } = answer.json();
  const table = await readTable((await service.datasets.findFile(id)) ?? '');
  const stored = await service.database
    .selectFrom('datasets')
    .select('readAs')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const parseOptions: readonly ParseOptions[] = JSON.parse(stored.readAs);
  const raw = await readRows(file, text, new Set(names));
  return cases.map(({ modelType }, index) => ({
    training: trainingReading(table.columns[index], modelType),
    prediction: predictionReading(raw, names[index], parseOptions[index], modelType),
  }));
}

function csvOf(names: readonly string[], rows: readonly (readonly string[])[], delimiter: string): string {
  const quoted = rows.map((row) => row.map((cell) => `"${String(JSON.parse(cell)).replaceAll('"', '""')}"`));
  return `${[names, ...quoted].map((cells) => cells.join(delimiter)).join('\n')}\n`;
}

function ndjsonOf(names: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `{${row.map((cell, i) => `"${names[i]}":${cell}`).join()}}\n`).join('');
}

async function* piece(text: string): AsyncGenerator<string> {
  yield text;
}

async function readRows(file: string, text: string, known: ReadonlySet<string>): Promise<RawRows> {
  const chunkRows = OTHER_ROWS + 1;
  const chunks =
    file === 'ndjson'
      ? readNdjson(piece(text), known, chunkRows)
      : readCsv(piece(text), { known, chunkRows, delimiter: file, header: true, warn: () => undefined });
  for await (const chunk of chunks) return chunk;
  throw new Error('The file has no rows.');
}

function trainingReading(column: Column, modelType: FeatureType): unknown {
  const type = columnTypeOf(modelType);
  if (type.block === 'dense') return shown(type.numbers(column)[OTHER_ROWS], modelType);
  const { codes, categories } = asCategories(column);
  return categories[codes[OTHER_ROWS]] ?? null;
}

function predictionReading(rows: RawRows, name: string, readAs: ParseOptions, modelType: FeatureType): unknown {
  const unfitted = { column: name, categories: [], frequencies: [], otherCategories: 0, missing: false };
  const { table, issues } = readRowsTable(
    { fitted: [{ ...unfitted, kind: modelType }], parseOptions: new Map([[name, readAs]]) },
    rows,
  );
  if (issues.length > 0) return 'refused';
  const [column] = table.columns;
  if (!isNumberColumn(column)) return column.categories[column.codes[OTHER_ROWS]] ?? null;
  return shown(column.values[OTHER_ROWS], column.type);
}

function shown(value: number, type: ColumnType): unknown {
  if (Number.isNaN(value)) return null;
  if (type === 'boolean') return value === 1;
  return type === 'datetime' ? columnTypes.datetime.toText(value) : value;
}
