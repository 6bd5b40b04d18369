import type { Row } from './report.ts';

/** What a row is of; every other number of it was measured. */
const KEYS = ['shape', 'batch', 'program', 'precision', 'threads', 'dataset', 'hidden', 'goal', 'metric', 'measured'];
/** Below, the machine's own moods. */
const SLOWER = 1.1;
/**
 * What this number of a row says of it: of steps the fastest round is the least noisy; seeds differ
 * in what they have to do.
 */
const DECIDES = ['fastestMs', 'medianMs', 'seconds', 'totalSeconds'];

/**
 * Each row's numbers by those of the earlier row of the same keys, and whether it got slower; rows
 * that only one run has are left out.
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
