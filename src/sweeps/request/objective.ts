import { z } from 'zod';
import { costOf, MONITORS, type Monitor } from '../../training/monitors.ts';

/** What a sweep of jobs can look at: of the best epoch, as the model has it. */
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
      `What is compared: one of ${OBJECTIVE_METRICS.map((metric) => `\`${metric}\``).join(', ')}, on the validation rows after the best epoch; any name where \`external\` is true.`,
    )
    .meta({ examples: ['validationLoss'] }),
};

const objectiveRequest = z.strictObject({
  ...objectiveFields,
  goal: z.enum(GOALS).optional().describe('Left out: what suits the metric.'),
});
const objective = z.object({ ...objectiveFields, goal: z.enum(GOALS) });
export type Objective = z.output<typeof objective>;

/** One objective, or several that are weighed against each other. */
export const objectivesRequest = z
  .union([objectiveRequest, z.array(objectiveRequest).min(2).max(MAX_OBJECTIVES)])
  .describe('What the search is after. Several: there is no one best trial, but a Pareto front.');
export const objectivesSchema = z.union([objective, z.array(objective)]);

/** As a list, each with its goal. */
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
