import type { Row } from './report.ts';

/** The key columns of a row; every other number was measured. */
const KEYS = [
  'shape',
  'batch',
  'optimizer',
  'program',
  'precision',
  'threads',
  'dataset',
  'hidden',
  'goal',
  'metric',
  'measured',
];
/** Smaller changes are noise of the machine. */
const SLOWER = 1.1;
/**
 * The number that decides for a row: of steps the fastest round, which has the least noise; seeds
 * differ in their work.
 */
const DECIDES = ['fastestMs', 'medianMs', 'seconds', 'totalSeconds'];

/**
 * Each row's numbers divided by those of the earlier row with the same keys, and whether it got
 * slower; rows of only one run are left out.
 */
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
  const cells = Object.entries(row).flatMap(([name, value]): [string, Row[string]][] => {
    if (KEYS.includes(name)) return [[name, value]];
    const before = earlier[name];
    return typeof value === 'number' && typeof before === 'number' && before !== 0 ? [[name, value / before]] : [];
  });
  const compared: Row = Object.fromEntries(cells);
  return { ...compared, verdict: verdictOf(compared) };
}

function verdictOf(compared: Row): string {
  const deciding = DECIDES.map((name) => compared[name]).find((ratio) => typeof ratio === 'number');
  if (deciding === undefined) return '';
  if (deciding > SLOWER) return 'SLOWER';
  return deciding < 1 / SLOWER ? 'faster' : '';
}
