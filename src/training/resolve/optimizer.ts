import type { CompleteLayer } from '../../engine/layers/layerSpec.ts';
import { learnedParameters } from '../../engine/network/spec.ts';
import { findGroupConflicts, type GroupConflict, groupNames } from '../../engine/optimizers/groups.ts';
import { didYouMean } from '../../kit/contract/closest.ts';
import { pointer } from '../../kit/contract/errors.ts';
import { nameSome } from '../../kit/nameSome.ts';
import type { OptimizerRequest, OptimizerSettings } from '../schemas/optimizer.ts';
import type { Issues } from './issues.ts';

type GroupRequests = NonNullable<OptimizerRequest['groups']>;

/** Decoupled weight decay is for weights: other parameters do not overfit. */
const ONLY_WEIGHTS_DECAY: GroupRequests = [{ parameters: ['bias', 'normalization', 'embedding'], weightDecay: 0 }];

/** Groups of a request without any; the other optimizers have none. */
const DEFAULT_GROUPS: Readonly<Partial<Record<OptimizerRequest['type'], GroupRequests>>> = {
  adamw: ONLY_WEIGHTS_DECAY,
};

/** Names that a message lists. */
const MAX_LISTED = 20;

/** The optimizer with every default filled in. */
export function resolveOptimizer({ groups, ...optimizer }: OptimizerRequest): OptimizerSettings {
  const resolved = (groups ?? DEFAULT_GROUPS[optimizer.type] ?? []).map(
    ({ parameters, rateFactor = 1, weightDecay = optimizer.weightDecay }) => ({ parameters, rateFactor, weightDecay }),
  );
  return { ...optimizer, groups: resolved };
}

/** Reports groups that do not suit the hidden layers. */
export function checkGroups(
  { groups }: OptimizerSettings,
  layers: readonly CompleteLayer[],
  issues: Pick<Issues, 'add'>,
): void {
  // The names do not depend on the number of inputs and outputs.
  const output = { units: 1, activation: 'linear' } as const;
  const parameters = learnedParameters({ inputs: 1, layers: [...layers, output] });
  const names = groupNames(parameters);
  for (const conflict of findGroupConflicts(groups, parameters)) {
    const { group, entry } = conflict;
    issues.add(pointer(['training', 'optimizer', 'groups', group, 'parameters', entry]), messageOf(conflict, names));
  }
}

function messageOf({ given, selectedTwice }: GroupConflict, names: readonly string[]): string {
  if (selectedTwice !== null) {
    const what = selectedTwice === given ? `'${given}' is` : `'${given}' contains ${selectedTwice}, which is`;
    return `${what} already in a group. Remove it from one of them.`;
  }
  const suggestion = didYouMean(given, new Set(names));
  return `The network has no parameter '${given}'.${suggestion} Use ${nameSome(names, MAX_LISTED)}.`;
}
