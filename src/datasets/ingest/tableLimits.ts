import { Refusal, type TableLimits } from './messages.ts';

/** Characters of a name that is too long that its refusal shows. */
const SHOWN = 50;

/** Throws Refusal where there are more columns than there may be, or one has too long a name; before the cells are looked at. */
export function checkColumns(names: readonly string[], { columns, nameLength }: TableLimits): void {
  if (names.length > columns) {
    throw tooLarge(`The table has ${names.length} columns, and ${columns} are allowed: send those that matter.`);
  }
  const long = names.find((name) => name.length > nameLength);
  if (long === undefined) return;
  const start = JSON.stringify(long.slice(0, SHOWN));
  throw tooLarge(
    `The name of a column, ${start}…, has ${long.length} characters, and ${nameLength} are allowed: shorten it, or say header=false if there is no header.`,
  );
}

/** Throws Refusal where there are more rows than there may be. */
export function checkRows(rows: number, limits: TableLimits): void {
  if (rows > limits.rows)
    throw tooLarge(`The table has ${rows} rows, and ${limits.rows} are allowed: send a sample of them.`);
}

function tooLarge(message: string): Refusal {
  return new Refusal(message, [], 'table_too_large');
}
