import { decode, isActive, type Parameters, parametersAt, type Space } from './space.ts';

/** A trial that tests one value of a parameter. */
export interface DryRunTrial {
  readonly parameter: string;
  /** Null: the conditions of the parameter and of its parents are never met together. */
  readonly parameters: Parameters | null;
}

/**
 * One trial for each extreme value of each parameter: the minimum and the maximum, or every choice.
 */
export function dryRunTrials(space: Space): readonly DryRunTrial[] {
  const requirements = requirementsOf(space);
  return [...space.keys()].flatMap((i): readonly DryRunTrial[] => {
    const { name, scale } = space[i];
    const coordinates = scale.ordered
      ? [0, 1]
      : Array.from({ length: scale.levels ?? 0 }, (_, level) => scale.at(level));
    return coordinates.map((coordinate) => ({
      parameter: name,
      parameters: dryRunParameters(space, i, coordinate, requirements[i]),
    }));
  });
}

/**
 * Parameter i at the coordinate, its parents at values that make it active, and the others at their
 * first value.
 */
function dryRunParameters(space: Space, i: number, coordinate: number, requirements: Requirements): Parameters | null {
  const wanted = new Float64Array(space.length);
  for (const [parent, allowed] of requirements) wanted[parent] = [...allowed][0] ?? 0;
  wanted[i] = coordinate;
  const point = decode(space, wanted);
  return isActive(space[i], point) && !Number.isNaN(point[i]) ? parametersAt(space, point) : null;
}

/** For each parent, by its index, the coordinates at which the parameter can be active. */
type Requirements = ReadonlyMap<number, ReadonlySet<number>>;

/** The requirements of every parameter, including those of its parents. */
function requirementsOf(space: Space): readonly Requirements[] {
  const all: Requirements[] = [];
  // Parents come first.
  for (const { conditions } of space) {
    const requirements = new Map<number, ReadonlySet<number>>();
    for (const { parent, coordinates } of conditions) {
      for (const [index, allowed] of [[parent, coordinates] as const, ...all[parent]]) {
        requirements.set(index, requirements.get(index)?.intersection(allowed) ?? allowed);
      }
    }
    all.push(requirements);
  }
  return all;
}
