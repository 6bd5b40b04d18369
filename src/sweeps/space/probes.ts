import { isAsked, type Parameters, parametersAt, type Space, settle } from './space.ts';

/** A trial that shows whether one value of a parameter is allowed. */
export interface Probe {
  readonly parameter: string;
  /** Null: the parameter's conditions, and those of what it depends on, never hold together. */
  readonly parameters: Parameters | null;
}

/** Trials in which each parameter has, in turn, each of its extreme values: the least and the greatest, or every choice. */
export function probesOf(space: Space): readonly Probe[] {
  return [...space.keys()].flatMap((i): readonly Probe[] => {
    const { name, scale } = space[i];
    const coordinates = scale.ordered
      ? [0, 1]
      : Array.from({ length: scale.levels ?? 0 }, (_, level) => scale.at(level));
    return coordinates.map((coordinate) => ({ parameter: name, parameters: probe(space, i, coordinate) }));
  });
}

/** Parameter i there, those that it depends on at values that let it be asked, and the others at their first. */
function probe(space: Space, i: number, coordinate: number): Parameters | null {
  const wanted = new Float64Array(space.length);
  for (const [parent, allowed] of requirementsOf(space, i)) wanted[parent] = [...allowed][0] ?? 0;
  wanted[i] = coordinate;
  const point = settle(space, wanted);
  return isAsked(space[i], point) && !Number.isNaN(point[i]) ? parametersAt(space, point) : null;
}

/** Where each of the parameters that i depends on must lie, by their own conditions too. */
function requirementsOf(space: Space, i: number): Map<number, ReadonlySet<number>> {
  const requirements = new Map<number, ReadonlySet<number>>();
  for (const { parent, at } of space[i].conditions) {
    for (const [place, allowed] of [[parent, at] as const, ...requirementsOf(space, parent)]) {
      requirements.set(place, requirements.get(place)?.intersection(allowed) ?? allowed);
    }
  }
  return requirements;
}
