import type { Row } from './report.ts';

/** What a row is of; every other number of it was measured. */
const KEYS = ['shape', 'batch', 'kernels', 'precision', 'threads', 'dataset', 'metric', 'measured', 'program'];

/** Each row's numbers by those of the earlier row of the same keys; rows that only one run has are left out. */
export function compareRows(now: readonly Row[], earlier: readonly Row[]): readonly Row[] {
  const before = new Map(earlier.map((row) => [keyOf(row), row]));
  return now.flatMap((row) => {
    const other = before.get(keyOf(row));
    return other === undefined ? [] : [ratios(row, other)];
  });
}

function keyOf(row: Row): string {
  return JSON.stringify(KEYS.map((key) => row[key] ?? null));
}

function ratios(row: Row, earlier: Row): Row {
  const cells = Object.entries(row).flatMap(([name, value]) => {
    if (KEYS.includes(name)) return [[name, value]];
    const before = earlier[name];
    return typeof value === 'number' && typeof before === 'number' && before !== 0 ? [[name, value / before]] : [];
  });
  return Object.fromEntries(cells);
}
