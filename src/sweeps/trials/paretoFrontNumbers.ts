import { paretoFront } from '../../search/paretoFront.ts';
import { fromJson } from '../../store/database/json.ts';
import type { TrialRow } from '../../store/database/tables.ts';
import type { Objective } from '../request/objective.ts';

/** The numbers of the trials on the Pareto front, in ascending order. */
export function paretoFrontNumbers(
  succeeded: readonly Pick<TrialRow, 'number' | 'objectives'>[],
  objectives: readonly Objective[],
): readonly number[] {
  const trials = succeeded.map(({ number, objectives: json }) => {
    const named: Readonly<Record<string, number>> = fromJson(json ?? '{}');
    return { number, objectives: objectives.map(({ metric }) => named[metric] ?? Number.NaN) };
  });
  return paretoFront(trials, objectives).map(({ number }) => number);
}
