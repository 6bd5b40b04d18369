import type { JsonValue, ParameterDefinition } from './parameter.ts';
import { valueKey } from './valueKey.ts';

/**
 * Maps the values of one parameter to coordinates in [0, 1], where the samplers search, and back.
 */
export interface Scale {
  /** The number of values; null: continuous. */
  readonly levels: number | null;
  /** Whether close coordinates mean similar values. False for a choice. */
  readonly ordered: boolean;
  /**
   * The coordinate of a level, counted from 0: the middle of its cell. Throws a TypeError if
   * continuous.
   */
  at(level: number): number;
  /** Rounds a coordinate to that of a value. Unchanged if continuous. */
  snap(coordinate: number): number;
  /** The value at a coordinate. */
  value(coordinate: number): JsonValue;
  /** The coordinate of a value; undefined if the parameter never has it. */
  coordinate(value: JsonValue): number | undefined;
}

/** The scale of a valid parameter. */
export function scaleOf(definition: ParameterDefinition): Scale {
  switch (definition.type) {
    case 'choice':
      return choiceScale(definition.values);
    case 'integer':
      return steppedScale(definition.min, definition.max, definition.step ?? 1);
    case 'logInteger':
      return logIntegerScale(definition.min, definition.max);
    case 'logUniform':
      return continuousScale(definition.min, definition.max, Math.log, Math.exp);
    case 'uniform':
      return definition.step === undefined
        ? continuousScale(definition.min, definition.max, same, same)
        : steppedScale(definition.min, definition.max, definition.step);
  }
}

function same(x: number): number {
  return x;
}

/**
 * Uniform in `forward(value)`; `back` is its inverse. A range without width in floating point has
 * one level.
 */
function continuousScale(
  min: number,
  max: number,
  forward: (value: number) => number,
  back: (coordinate: number) => number,
): Scale {
  const low = forward(min);
  const width = forward(max) - low;
  if (width === 0) return steppedScale(min, max, 1 + max - min);
  return {
    levels: null,
    ordered: true,
    at: () => {
      throw new TypeError('a continuous scale has no levels');
    },
    snap: (coordinate) => clamp(coordinate, 0, 1),
    value: (coordinate) => clamp(back(low + clamp(coordinate, 0, 1) * width), min, max),
    coordinate: (value) =>
      typeof value === 'number' && value >= min && value <= max
        ? clamp((forward(value) - low) / width, 0, 1)
        : undefined,
  };
}

/** A scale with levels in cells of equal width. */
function evenScale(
  levels: number,
  ordered: boolean,
  valueAt: (level: number) => JsonValue,
  levelOf: (value: JsonValue) => number | undefined,
): Scale {
  const at = (level: number) => (level + 0.5) / levels;
  const levelAt = (coordinate: number) => clamp(Math.floor(coordinate * levels), 0, levels - 1);
  return {
    levels,
    ordered,
    at,
    snap: (coordinate) => at(levelAt(coordinate)),
    value: (coordinate) => valueAt(levelAt(coordinate)),
    coordinate(value) {
      const level = levelOf(value);
      return level === undefined ? undefined : at(level);
    },
  };
}

function choiceScale(values: readonly JsonValue[]): Scale {
  const levels = new Map(values.map((value, level) => [valueKey(value), level]));
  const levelOf = (value: JsonValue) => levels.get(valueKey(value));
  return evenScale(values.length, false, (level) => values[level], levelOf);
}

/** The tolerance of a value from its step, in steps: the rounding error of decimal sums. */
const STEP_SLACK = 1e-6;
/** The number of significant digits of a stepped value, so that 0.1 + 2 · 0.1 is 0.3. */
const DIGITS = 12;

function steppedScale(min: number, max: number, step: number): Scale {
  const levels = Math.floor((max - min) / step + STEP_SLACK) + 1;
  const valueAt = (level: number) => {
    const value = min + level * step;
    const written = Number(value.toPrecision(DIGITS));
    const isNear = Math.abs(written - value) <= STEP_SLACK * step;
    return clamp(isNear ? written : value, min, max);
  };
  const levelOf = (value: JsonValue) => {
    if (typeof value !== 'number') return undefined;
    const level = Math.round((value - min) / step);
    const near = Math.abs((value - min) / step - level) <= STEP_SLACK;
    return near && level >= 0 && level < levels ? level : undefined;
  };
  return evenScale(levels, true, valueAt, levelOf);
}

/** Integers, uniform in the logarithm. The cell of n ranges from n - 1/2 to n + 1/2. */
function logIntegerScale(min: number, max: number): Scale {
  const low = Math.log(min - 0.5);
  const width = Math.log(max + 0.5) - low;
  const at = (level: number) => (Math.log(min + level) - low) / width;
  const valueAt = (coordinate: number) => clamp(Math.round(Math.exp(low + coordinate * width)), min, max);
  const isValue = (value: JsonValue): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
  return {
    levels: max - min + 1,
    ordered: true,
    at,
    snap: (coordinate) => at(valueAt(coordinate) - min),
    value: valueAt,
    coordinate: (value) => (isValue(value) ? at(value - min) : undefined),
  };
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}
