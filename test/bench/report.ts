/** A measured row: what was measured, in words and numbers. */
export type Row = Readonly<Record<string, string | number | readonly number[] | null>>;

/** Rows as a table of aligned columns: numbers to the right, words to the left. */
export function formatTable(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => names.map((name) => formatCell(row[name])));
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((line) => line[i].length)));
  const isNumber = names.map((name) => rows.some((row) => typeof row[name] === 'number'));
  const line = (texts: readonly string[]) =>
    texts.map((text, i) => (isNumber[i] ? text.padStart(widths[i]) : text.padEnd(widths[i]))).join('  ');
  return [line(names), ...cells.map(line)].map((text) => text.trimEnd()).join('\n');
}

function formatCell(value: Row[string] | undefined): string {
  if (value === undefined || value === null) return '-';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toPrecision(4);
  return typeof value === 'string' ? value : value.join('-');
}
