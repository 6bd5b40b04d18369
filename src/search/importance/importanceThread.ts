/** Runs in the importance thread of the search worker. */
import type { Objective } from '../objectives.ts';
import type { SpaceDefinition } from '../space/schema.ts';
import { functionalAnova, type Importances } from './importance.ts';

export interface ImportanceRequest {
  readonly space: SpaceDefinition;
  readonly objective: Objective;
  /** `parameters` are JSON. */
  readonly trials: readonly { readonly parameters: string; readonly objective: number }[];
}

export function computeImportance({ space, objective, trials }: ImportanceRequest): Importances | null {
  const read = trials.map((trial) => ({ parameters: JSON.parse(trial.parameters), objective: trial.objective }));
  return functionalAnova(space, objective, read);
}
