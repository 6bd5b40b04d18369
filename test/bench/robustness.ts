/**
 * Jobs with `effort: "fast"` on made tables whose best possible score is known, at full size. The
 * tests train smaller ones.
 */
import { ROBUSTNESS_CASES } from '../training/robustness/cases.ts';
import { scoreCase } from '../training/robustness/score.ts';
import type { Row } from './report.ts';

export interface RobustnessOptions {
  /** Default: 1. */
  readonly seed?: string | undefined;
}

/** Scores on fresh rows relative to the best possible one, and CPU seconds. */
export async function benchRobustness({ seed = '1' }: RobustnessOptions): Promise<readonly Row[]> {
  return ROBUSTNESS_CASES.map((each) => {
    const before = process.cpuUsage();
    const { ours, constant } = scoreCase(each, each.fullRows, Number(seed));
    const { user, system } = process.cpuUsage(before);
    const row = { case: each.name, rows: each.fullRows, ours, constant, cpuSeconds: (user + system) / 1e6 };
    console.log(`${row.case}: ${ours.toFixed(4)}, ${row.cpuSeconds.toFixed(1)} s`);
    return row;
  });
}
