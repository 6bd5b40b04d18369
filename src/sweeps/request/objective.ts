import { z } from 'zod';
import { costOf, MONITORS, type Monitor } from '../../training/schemas/monitors.ts';

/** The metrics that a sweep of jobs can optimize: values of the best epoch, which the model has. */
export const OBJECTIVE_METRICS = [...MONITORS, 'trainingLoss', 'parameterCount'] as const;
export type ObjectiveMetric = (typeof OBJECTIVE_METRICS)[number];

const GOALS = ['minimize', 'maximize'] as const;
type Goal = (typeof GOALS)[number];

export const MAX_OBJECTIVES = 4;

const objectiveFields = {
  metric: z
    .string()
    .min(1)
    .max(100)
    .describe(
      `The metric to optimize: one of ${OBJECTIVE_METRICS.map((metric) => `\`${metric}\``).join(', ')}, on the validation rows after the best epoch. Any name if \`external\` is true.`,
    )
    .meta({ examples: ['validationLoss'] }),
};

const objectiveRequest = z.strictObject({
  ...objectiveFields,
  goal: z.enum(GOALS).optional().describe('Default: the direction in which the metric is better.'),
});
const objective = z.object({ ...objectiveFields, goal: z.enum(GOALS) });
export type Objective = z.output<typeof objective>;

/** One objective, or several of which the Pareto front is searched. */
export const objectivesRequest = z
  .union([objectiveRequest, z.array(objectiveRequest).min(2).max(MAX_OBJECTIVES)])
  .describe('The objective of the search. With several, the result is a Pareto front instead of one best trial.');
export const objectivesSchema = z.union([objective, z.array(objective)]);

/** As a list, with every goal filled in. */
export function objectivesOf(given: z.output<typeof objectivesRequest>): readonly Objective[] {
  const all = Array.isArray(given) ? given : [given];
  return all.map(({ metric, goal }) => ({ metric, goal: goal ?? defaultGoal(metric) }));
}

function defaultGoal(metric: string): Goal {
  return isMonitor(metric) && costOf(metric, 1) < 0 ? 'maximize' : 'minimize';
}

export function isMonitor(metric: string): metric is Monitor {
  return (MONITORS as readonly string[]).includes(metric);
}

export function isObjectiveMetric(metric: string): metric is ObjectiveMetric {
  return (OBJECTIVE_METRICS as readonly string[]).includes(metric);
}
