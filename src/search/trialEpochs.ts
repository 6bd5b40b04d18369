import { applyParameters } from './space/applyParameters.ts';
import { dryRunTrials } from './space/dryRunTrials.ts';
import type { JsonValue } from './space/parameter.ts';
import type { SpaceDefinition } from './space/schema.ts';
import { compileSpace, type Parameters } from './space/space.ts';

/** The numbers of epochs of the trials of a search. A space can vary them. */
export interface TrialEpochs {
  of(parameters: Parameters): number;
  /** The maximum over all trials. */
  readonly max: number;
}

/** The epochs of the trials of a job request. `defaultEpochs`: used if the request has none. */
export function trialEpochs(job: JsonValue, space: SpaceDefinition, defaultEpochs: number): TrialEpochs {
  const of = (parameters: Parameters) => {
    const epochs = at(at(applyParameters(job, parameters), 'training'), 'epochs');
    return typeof epochs === 'number' ? epochs : defaultEpochs;
  };
  // Dry runs cover the extremes of every parameter, active and inactive. Only one parameter can set
  // the epochs.
  const counts = dryRunTrials(compileSpace(space)).map(({ parameters }) => of(parameters ?? {}));
  return { of, max: Math.max(...counts) };
}

function at(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
    return undefined;
  return value[key];
}
