import type { Space } from '../../space/space.ts';

/** The indices of parameters with the same conditions, which are always active together. */
export type Group = readonly number[];

/** The groups of a space. A group comes after those on which its conditions depend. */
export function groupsOf(space: Space): readonly Group[] {
  const indices = [...space.keys()];
  const groups = Map.groupBy(indices, (i) =>
    JSON.stringify(space[i].conditions.map(({ parent, coordinates }) => [parent, ...coordinates])),
  );
  return [...groups.values()];
}
