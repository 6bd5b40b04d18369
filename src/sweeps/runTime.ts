import type { SweepRow } from '../store/database/tables.ts';
import { readSettings } from './request/settings.ts';

const MS_PER_SECOND = 1000;

/** The columns of a sweep that stops running at `now`: its total run time in `ranMs`. */
export function ranUntil({ ranMs, runningSince }: Pick<SweepRow, 'ranMs' | 'runningSince'>, now: number) {
  return { ranMs: ranMs + (runningSince === null ? 0 : Math.max(0, now - runningSince)), runningSince: null };
}

/** Whether a running sweep has run longer than its `maxSeconds`. */
export function isOverdue(row: SweepRow, now: number): boolean {
  const { maxSeconds } = readSettings(row.request);
  return row.state === 'running' && maxSeconds !== null && ranUntil(row, now).ranMs > maxSeconds * MS_PER_SECOND;
}
