import { readFile } from 'node:fs/promises';
import { tooLarge } from '../protocol/messages.ts';

/** DuckDB tries these when the request has no delimiter. */
const DELIMITERS = [',', ';', '\t', '|'];
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;

/**
 * Throws Refusal when a line of `head` has more values than a table may have columns: DuckDB needs
 * gigabytes to detect the dialect of such lines. Lines are counted separately, so a row on several
 * lines counts as less.
 */
export async function checkWidth(head: string, delimiter: string | null, mostColumns: number): Promise<void> {
  const text = await readFile(head);
  for (const separator of delimiter === null ? DELIMITERS : [delimiter]) {
    const values = widestLine(text, separator.charCodeAt(0));
    if (values <= mostColumns) continue;
    const guess = delimiter === null ? `, or set the \`delimiter\` if it is not ${JSON.stringify(separator)}` : '';
    throw tooLarge(`The table has ${values} columns; the limit is ${mostColumns}. Send fewer columns${guess}.`);
  }
}

/** The most values in a line. Separators inside quotes do not count. */
function widestLine(text: Buffer, separator: number): number {
  let widest = 0;
  let separators = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at];
    if (byte === separator && !isQuoted) separators += 1;
    else if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === LINE_FEED || byte === CARRIAGE_RETURN) separators = 0;
    if (separators > widest) widest = separators;
  }
  return widest + 1;
}
