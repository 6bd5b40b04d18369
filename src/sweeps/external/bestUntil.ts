import { signed } from '../../search/objectives.ts';
import type { Objective } from '../request/objective.ts';
import type { Report } from './reportStore.ts';

/**
 * The best reported objective up to an epoch; null: no report. `reports` are in the order of
 * epochs.
 */
export function bestUntil(reports: readonly Report[], objective: Objective, epoch: number): number | null {
  let best: number | null = null;
  for (const report of reports) {
    if (report.epoch > epoch) break;
    if (best === null || signed(objective, report.objective) < signed(objective, best)) best = report.objective;
  }
  return best;
}
