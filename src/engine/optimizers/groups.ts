import { isLearned, LEARNED_KINDS, nameInNetwork, type ParameterSlot } from '../memory/parameters.ts';

/** Parameters that the optimizer updates with a rate and a decay of their own. */
export interface ParameterGroup {
  /** Kinds of parameters, such as `bias`, and names of single ones, such as `W1`. */
  readonly parameters: readonly string[];
  /** The factor of the optimizer's rate; 0: the parameters do not change. */
  readonly rateFactor: number;
  /** Replaces the optimizer's weight decay. */
  readonly weightDecay: number;
}

/** A parameter of a network, as groups select it. */
type Selectable = Pick<ParameterSlot, 'name' | 'layer' | 'kind'>;

/** An entry of a group that the network does not allow. */
export interface GroupConflict {
  /** Index of the group. */
  readonly group: number;
  /** Index in its `parameters`. */
  readonly entry: number;
  readonly given: string;
  /** The kind or name that an earlier entry selects as well; null: there is no such parameter. */
  readonly selectedTwice: string | null;
}

/**
 * What groups of a network can name: every kind, and each learned parameter. A kind may have no
 * parameter in this network.
 */
export function groupNames(parameters: readonly Selectable[]): readonly string[] {
  return [...LEARNED_KINDS, ...parameters.filter(isLearned).map(nameInNetwork)];
}

/** The entries that name no parameter of the network, or one that an earlier entry names. */
export function findGroupConflicts(
  groups: readonly Pick<ParameterGroup, 'parameters'>[],
  parameters: readonly Selectable[],
): readonly GroupConflict[] {
  const known = new Set(groupNames(parameters));
  const selectedBefore = new Set<string>();
  const conflicts: GroupConflict[] = [];
  for (const [group, { parameters: entries }] of groups.entries()) {
    for (const [entry, given] of entries.entries()) {
      const selected = [given, ...parameters.filter(({ kind }) => kind === given).map(nameInNetwork)];
      const selectedTwice = selected.find((name) => selectedBefore.has(name)) ?? null;
      if (!known.has(given) || selectedTwice !== null) conflicts.push({ group, entry, given, selectedTwice });
      for (const name of selected) selectedBefore.add(name);
    }
  }
  return conflicts;
}

/** The group of a parameter; undefined: it has the optimizer's own settings. */
export function groupOf(groups: readonly ParameterGroup[], parameter: Selectable): ParameterGroup | undefined {
  return groups.find(
    ({ parameters }) => parameters.includes(parameter.kind) || parameters.includes(nameInNetwork(parameter)),
  );
}
