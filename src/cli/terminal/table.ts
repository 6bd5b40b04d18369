export interface TableColumn {
  readonly title: string;
  /** Numbers are aligned right. */
  readonly align?: 'left' | 'right';
}

const GAP = '  ';

/**
 * Rows of text below their titles and a rule. Every line ends with a line break, without trailing
 * blanks.
 */
export function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { unicode }: { readonly unicode: boolean },
): string {
  const widths = columns.map(({ title }, index) => Math.max(length(title), ...rows.map((row) => length(row[index]))));
  const line = (cells: readonly string[]) =>
    columns.map(({ align }, index) => pad(cells[index] ?? '', widths[index] ?? 0, align)).join(GAP);
  const rule = widths.map((width) => (unicode ? '─' : '-').repeat(width)).join(GAP);
  const lines = [line(columns.map(({ title }) => title)), rule, ...rows.map(line)];
  return lines.map((text) => `${text.trimEnd()}\n`).join('');
}

/** The text, or its beginning and a mark that it was shortened. */
export function shorten(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, width - 2).join('')}..`;
}

function pad(text: string, width: number, align: TableColumn['align']): string {
  const blanks = ' '.repeat(Math.max(0, width - length(text)));
  return align === 'right' ? blanks + text : text + blanks;
}

function length(text = ''): number {
  return [...text].length;
}
