import type { JsonValue } from './parameter.ts';
import { type Scale, scaleOf } from './scales.ts';
import type { SpaceDefinition } from './schema.ts';

/** The values of one trial: one for each active path of the job request. */
export type Parameters = Readonly<Record<string, JsonValue>>;

/**
 * One coordinate in [0, 1] per parameter, in the order of the space; NaN for inactive parameters.
 */
export type Point = Float64Array;

/** Met if the parent, an index of the space, is at one of the coordinates. */
interface Condition {
  readonly parent: number;
  readonly coordinates: ReadonlySet<number>;
}

interface Parameter {
  readonly name: string;
  readonly scale: Scale;
  /** The parameter is active if all are met. */
  readonly conditions: readonly Condition[];
}

/** The parameters of a sweep. Parents come first. */
export type Space = readonly Parameter[];

/** Compiles a valid space for the search. */
export function compileSpace(definition: SpaceDefinition): Space {
  const names = parentsFirst(definition);
  const scales = names.map((name) => scaleOf(definition[name]));
  return names.map((name, i) => ({
    name,
    scale: scales[i],
    conditions: Object.entries(definition[name].when ?? {}).map(([parentName, values]) => {
      const parent = names.indexOf(parentName);
      return { parent, coordinates: new Set(values.map((value) => coordinateOf(parentName, scales[parent], value))) };
    }),
  }));
}

/** The names with parents first, otherwise in their order. */
function parentsFirst(definition: SpaceDefinition): readonly string[] {
  const ordered = new Set<string>();
  function visit(name: string): void {
    if (ordered.has(name)) return;
    for (const parent of Object.keys(definition[name].when ?? {})) visit(parent);
    ordered.add(name);
  }
  for (const name of Object.keys(definition)) visit(name);
  return [...ordered];
}

/** Whether the parameter is active at a point that is decoded up to it. */
export function isActive({ conditions }: Parameter, point: Point): boolean {
  return conditions.every(({ parent, coordinates }) => coordinates.has(point[parent]));
}

/**
 * Decodes any coordinates to a point: rounds each to a value of its parameter; NaN for inactive
 * parameters.
 */
export function decode(space: Space, coordinates: ArrayLike<number>): Point {
  const point = new Float64Array(space.length).fill(Number.NaN);
  for (const [i, parameter] of space.entries()) {
    if (isActive(parameter, point)) point[i] = parameter.scale.snap(coordinates[i]);
  }
  return point;
}

/** The values at a decoded point. */
export function parametersAt(space: Space, point: Point): Parameters {
  const active = [...space.entries()].filter(([i]) => !Number.isNaN(point[i]));
  return Object.fromEntries(active.map(([i, { name, scale }]) => [name, scale.value(point[i])]));
}

/** The point of the parameters of a trial. Throws a TypeError if they are not in the space. */
export function pointOf(space: Space, parameters: Parameters): Point {
  const point = new Float64Array(space.length).fill(Number.NaN);
  for (const [i, parameter] of space.entries()) {
    if (!isActive(parameter, point)) continue;
    if (!Object.hasOwn(parameters, parameter.name)) throw new TypeError(`the trial has no '${parameter.name}'`);
    point[i] = coordinateOf(parameter.name, parameter.scale, parameters[parameter.name]);
  }
  return point;
}

function coordinateOf(name: string, scale: Scale, value: JsonValue): number {
  const coordinate = scale.coordinate(value);
  if (coordinate === undefined) throw new TypeError(`'${name}' is never ${JSON.stringify(value)}`);
  return coordinate;
}

/** Whether two points are equal. NaN equals NaN. */
export function samePoint(a: Point, b: Point): boolean {
  return a.every((coordinate, i) => Object.is(coordinate, b[i]));
}
