/** What the thread of a thinker runs to weigh hyperparameters. */
import type { Objective } from '../objectives.ts';
import type { SpaceDefinition } from '../space/schema.ts';
import { type Importances, importanceOf } from './importance.ts';

export interface TrialsToWeigh {
  readonly space: SpaceDefinition;
  readonly objective: Objective;
  /** `parameters` in JSON. */
  readonly trials: readonly { readonly parameters: string; readonly objective: number }[];
}

export function weigh({ space, objective, trials }: TrialsToWeigh): Importances | null {
  const read = trials.map((trial) => ({ parameters: JSON.parse(trial.parameters), objective: trial.objective }));
  return importanceOf(space, objective, read);
}
