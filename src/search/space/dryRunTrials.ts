import { decode, isActive, type Parameters, parametersAt, type Space } from './space.ts';

/** A trial that shows whether one value of a parameter is allowed. */
export interface DryRunTrial {
  readonly parameter: string;
  /** Null: the parameter's conditions, and those of what it depends on, never hold together. */
  readonly parameters: Parameters | null;
}

/** Trials in which each parameter has, in turn, each of its extreme values: the least and the greatest, or every choice. */
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

/** Parameter i there, those that it depends on at values that let it be asked, and the others at their first. */
function dryRunParameters(space: Space, i: number, coordinate: number, requirements: Requirements): Parameters | null {
  const wanted = new Float64Array(space.length);
  for (const [parent, allowed] of requirements) wanted[parent] = [...allowed][0] ?? 0;
  wanted[i] = coordinate;
  const point = decode(space, wanted);
  return isActive(space[i], point) && !Number.isNaN(point[i]) ? parametersAt(space, point) : null;
}

/** By the place of each parameter that another depends on, the coordinates that let that one be asked. */
type Requirements = ReadonlyMap<number, ReadonlySet<number>>;

/** Those of every parameter, with the requirements of what it depends on. */
function requirementsOf(space: Space): readonly Requirements[] {
  const all: Requirements[] = [];
  // A parameter comes after those that it depends on.
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
