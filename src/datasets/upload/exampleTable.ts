/** A small table that can be trained on. Rows of `EXAMPLE_COLUMNS`. */
const EXAMPLE_ROWS = [
  [39, 'State-gov', 40, '<=50K'],
  [50, 'Self-employed', 13, '<=50K'],
  [38, 'Private', 40, '<=50K'],
  [53, 'Private', 60, '>50K'],
  [28, 'Private', 35, '<=50K'],
  [37, 'Private', 50, '>50K'],
  [49, 'Self-employed', 16, '<=50K'],
  [52, 'Self-employed', 55, '>50K'],
  [31, 'Private', 50, '>50K'],
  [42, 'Private', 45, '>50K'],
  [23, 'Private', 30, '<=50K'],
  [30, 'State-gov', 40, '<=50K'],
  [45, 'State-gov', 48, '>50K'],
  [34, 'Private', 38, '<=50K'],
  [25, 'Self-employed', 35, '<=50K'],
  [43, 'Self-employed', 50, '>50K'],
  [54, 'Private', 20, '<=50K'],
  [47, 'Private', 52, '>50K'],
  [22, 'Private', 40, '<=50K'],
  [56, 'State-gov', 60, '>50K'],
] as const;
const EXAMPLE_COLUMNS = ['age', 'workclass', 'hours-per-week', 'income'] as const;

const objects = EXAMPLE_ROWS.map((row) =>
  Object.fromEntries(EXAMPLE_COLUMNS.map((column, index) => [column, row[index]])),
);

/** The table in each text format of uploads. */
export const EXAMPLE_TABLE = {
  csv: linesOf([EXAMPLE_COLUMNS, ...EXAMPLE_ROWS].map((cells) => cells.join(','))),
  tsv: linesOf([EXAMPLE_COLUMNS, ...EXAMPLE_ROWS].map((cells) => cells.join('\t'))),
  ndjson: linesOf(objects.map((row) => JSON.stringify(row))),
  json: objects,
};

function linesOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
