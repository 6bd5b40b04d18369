/** Writing delimited text that every reader takes apart alike and no spreadsheet runs. */

/** A cell that starts so is a formula to a spreadsheet (OWASP, "CSV Injection"). */
const FORMULA_START = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** One line with its end (RFC 4180); text that a spreadsheet would run gets an apostrophe before it, numbers stay as they are. */
export function csvLine(cells: readonly (string | number)[], delimiter: string): string {
  return `${cells.map((cell) => csvCell(cell, delimiter)).join(delimiter)}\n`;
}

function csvCell(cell: string | number, delimiter: string): string {
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA_START.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
  const quoted = text.includes(delimiter) || /["\r\n]|^\s|\s$/.test(text) || text === '';
  return quoted ? `"${text.replaceAll('"', '""')}"` : text;
}
