import { applyParameters } from './space/applyParameters.ts';
import { dryRunTrials } from './space/dryRunTrials.ts';
import type { JsonValue } from './space/parameter.ts';
import type { SpaceDefinition } from './space/schema.ts';
import { compileSpace, type Parameters } from './space/space.ts';

/** How many epochs the trials of a search have; a space may vary them. */
export interface TrialEpochs {
  of(parameters: Parameters): number;
  /** The most that any trial has. */
  readonly max: number;
}

/** The epochs of trials of that job request, where `usual` stands for what it leaves out. */
export function trialEpochs(job: JsonValue, space: SpaceDefinition, defaultEpochs: number): TrialEpochs {
  const of = (parameters: Parameters) => {
    const epochs = at(at(applyParameters(job, parameters), 'training'), 'epochs');
    return typeof epochs === 'number' ? epochs : defaultEpochs;
  };
  // The probes show every parameter at its extremes, asked and not asked, and one parameter alone can set the epochs.
  const counts = dryRunTrials(compileSpace(space)).map(({ parameters }) => of(parameters ?? {}));
  return { of, max: Math.max(...counts) };
}

function at(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
    return undefined;
  return value[key];
}
