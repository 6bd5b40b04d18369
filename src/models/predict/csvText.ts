/** Writes delimited text that every parser splits alike. */

/** A spreadsheet reads a cell that starts like this as a formula (OWASP, "CSV Injection"). */
const FORMULA_START = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

export interface CsvOptions {
  readonly delimiter: string;
  /**
   * Puts an apostrophe before text that a spreadsheet would run as a formula. Numbers are never
   * changed.
   */
  readonly spreadsheet: boolean;
}

/** One line with its end (RFC 4180). */
export function csvLine(cells: readonly (string | number)[], options: CsvOptions): string {
  return `${cells.map((cell) => csvCell(cell, options)).join(options.delimiter)}\n`;
}

/** One cell of a line. */
export function csvCell(cell: string | number, { delimiter, spreadsheet }: CsvOptions): string {
  if (typeof cell === 'number') return String(cell);
  const text = spreadsheet && FORMULA_START.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
  const quoted = text.includes(delimiter) || /["\r\n]|^\s|\s$/.test(text) || text === '';
  return quoted ? `"${text.replaceAll('"', '""')}"` : text;
}
