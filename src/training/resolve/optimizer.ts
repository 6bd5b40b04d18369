import { learnedParameters, type NetworkSpec } from '../../engine/network/spec.ts';
import { findGroupConflicts, type GroupConflict, groupNames } from '../../engine/optimizers/groups.ts';
import { didYouMean } from '../../kit/contract/closest.ts';
import { type FieldError, pointer } from '../../kit/contract/errors.ts';
import { nameSome } from '../../kit/nameSome.ts';
import type { OptimizerRequest, OptimizerSettings } from '../schemas/optimizer.ts';

type GroupRequests = NonNullable<OptimizerRequest['groups']>;

/** Decoupled weight decay is for weights: other parameters do not overfit. */
const ONLY_WEIGHTS_DECAY: GroupRequests = [{ parameters: ['bias', 'normalization', 'embedding'], weightDecay: 0 }];

/** Groups of a request without any; the other optimizers have none. */
const DEFAULT_GROUPS: Readonly<Partial<Record<OptimizerRequest['type'], GroupRequests>>> = {
  adamw: ONLY_WEIGHTS_DECAY,
  muon: ONLY_WEIGHTS_DECAY,
};

/** Names that a message lists. */
const MAX_LISTED = 20;

/** The optimizer with every default filled in. */
export function resolveOptimizer(request: OptimizerRequest): OptimizerSettings {
  const groups = request.groups ?? DEFAULT_GROUPS[request.type] ?? [];
  const resolved = groups.map(({ parameters, rateFactor = 1, weightDecay = weightDecayOf(request, parameters) }) => ({
    parameters,
    rateFactor,
    weightDecay,
  }));
  return { ...request, groups: resolved };
}

/** The decay that parameters have in no group. A group with some W of muon has that of muon. */
function weightDecayOf(optimizer: OptimizerRequest, parameters: readonly string[]): number {
  const hasWeights = parameters.some((entry) => entry === 'weight' || /^W\d+$/.test(entry));
  return optimizer.type === 'muon' && !hasWeights ? optimizer.rest.weightDecay : optimizer.weightDecay;
}

/**
 * Values that exclude each other, and groups that do not suit the network. The paths begin at the
 * optimizer. Throws RangeError when the network is impossible.
 */
export function optimizerErrors(optimizer: OptimizerSettings, network: NetworkSpec): readonly FieldError[] {
  const parameters = learnedParameters(network);
  const names = groupNames(parameters);
  const conflicts = findGroupConflicts(optimizer.groups, parameters).map((conflict) => ({
    path: pointer(['groups', conflict.group, 'parameters', conflict.entry]),
    message: messageOf(conflict, names),
  }));
  return needsMomentum(optimizer)
    ? [{ path: '/nesterov', message: "Nesterov's momentum needs a momentum above 0." }, ...conflicts]
    : conflicts;
}

function needsMomentum(optimizer: OptimizerSettings): boolean {
  return optimizer.type === 'sgd' && optimizer.nesterov && optimizer.momentum === 0;
}

function messageOf({ given, selectedTwice }: GroupConflict, names: readonly string[]): string {
  if (selectedTwice !== null) {
    const what = selectedTwice === given ? `'${given}' is` : `'${given}' contains ${selectedTwice}, which is`;
    return `${what} already in a group. Remove it from one of them.`;
  }
  const suggestion = didYouMean(given, new Set(names));
  return `The network has no parameter '${given}'.${suggestion} Use ${nameSome(names, MAX_LISTED)}.`;
}
