import type { Space } from '../../space/space.ts';

/** Parameters that are always asked together, by their places in the space: they have the same conditions. */
export type Group = readonly number[];

/** The groups of a space; each comes after those that its conditions look at. */
export function groupsOf(space: Space): readonly Group[] {
  const indices = [...space.keys()];
  const groups = Map.groupBy(indices, (i) =>
    JSON.stringify(space[i].conditions.map(({ parent, coordinates }) => [parent, ...coordinates])),
  );
  return [...groups.values()];
}
