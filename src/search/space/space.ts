import type { JsonValue } from './parameter.ts';
import { type Scale, scaleOf } from './scales.ts';
import type { SpaceDefinition } from './schema.ts';

/** What one trial is asked with: a value for each path of a job request whose condition holds. */
export type Parameters = Readonly<Record<string, JsonValue>>;

/** One coordinate in [0, 1] a parameter, in the order of the space; NaN where its condition does not hold. */
export type Point = Float64Array;

/** Holds where the parent, by its place in the space, lies at one of those coordinates. */
interface Condition {
  readonly parent: number;
  readonly coordinates: ReadonlySet<number>;
}

interface Parameter {
  readonly name: string;
  readonly scale: Scale;
  /** All must hold. */
  readonly conditions: readonly Condition[];
}

/** The parameters of a sweep; every one comes after those that it depends on. */
export type Space = readonly Parameter[];

/** A space that the schema has let through, ready to be searched. */
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

/** Parents first, otherwise as written. */
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

/** Whether the parameter is asked at that point, which is settled up to it. */
export function isActive({ conditions }: Parameter, point: Point): boolean {
  return conditions.every(({ parent, coordinates }) => coordinates.has(point[parent]));
}

/** The point that any coordinates become: each at a value of its parameter, NaN where the condition does not hold. */
export function decode(space: Space, coordinates: ArrayLike<number>): Point {
  const point = new Float64Array(space.length).fill(Number.NaN);
  for (const [i, parameter] of space.entries()) {
    if (isActive(parameter, point)) point[i] = parameter.scale.snap(coordinates[i]);
  }
  return point;
}

/** The values at a settled point. */
export function parametersAt(space: Space, point: Point): Parameters {
  const asked = [...space.entries()].filter(([i]) => !Number.isNaN(point[i]));
  return Object.fromEntries(asked.map(([i, { name, scale }]) => [name, scale.value(point[i])]));
}

/** Where the parameters of a trial lie. Throws a TypeError where they are none of the space. */
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

/** Whether two points are the same, NaN like NaN. */
export function samePoint(a: Point, b: Point): boolean {
  return a.every((coordinate, i) => Object.is(coordinate, b[i]));
}
