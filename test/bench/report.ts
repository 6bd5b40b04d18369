/** A measured row of texts and numbers. */
export type Row = Readonly<Record<string, string | number | readonly number[] | null>>;

/** The titles of groups of rows. */
const TITLES = ['shape', 'batch', 'optimizer', 'dataset', 'hidden', 'goal', 'function'];

/** Rows as tables of aligned columns, one under each title; numbers aligned right, texts left. */
export function formatTable(rows: readonly Row[]): string {
  const groups = Map.groupBy(rows, titleOf);
  return [...groups].map(([title, own]) => [...(title ? [title] : []), ...formatGroup(own)].join('\n')).join('\n\n');
}

function titleOf(row: Row): string {
  return TITLES.flatMap((name) => (name in row ? [`${name} ${formatCell(row[name])}`] : [])).join(', ');
}

function formatGroup(rows: readonly Row[]): readonly string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !TITLES.includes(name));
  const cells = rows.map((row) => names.map((name) => formatCell(row[name])));
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((line) => line[i].length)));
  const isNumber = names.map((name) => rows.some((row) => typeof row[name] === 'number'));
  const line = (texts: readonly string[]) =>
    texts.map((text, i) => (isNumber[i] ? text.padStart(widths[i]) : text.padEnd(widths[i]))).join('  ');
  return [line(names), ...cells.map(line)].map((text) => text.trimEnd());
}

function formatCell(value: Row[string] | undefined): string {
  if (value === undefined || value === null) return '-';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toPrecision(4);
  return typeof value === 'string' ? value : value.join('-');
}
