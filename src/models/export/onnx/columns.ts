import type { FittedBoolean } from '../../../features/columns/boolean.ts';
import type { FittedDatetime } from '../../../features/columns/datetime.ts';
import type { FittedNumeric } from '../../../features/columns/numeric.ts';
import type { FittedScaling } from '../../../features/scaling/scaling.ts';
import { createDoubles, type Doubles } from './doubles.ts';
import type { Graph, Value } from './graph.ts';

/** A column whose inputs are numbers. */
export type DenseColumn = FittedNumeric | FittedBoolean | FittedDatetime;

/** Scaled numbers and times are clipped here, as in `features/scaling/scaling.ts`. */
const MAX_SCALED = 20;
const MAX_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;
const DAY_MS = 86_400_000;

/** The inputs of a column (rows, inputs) in float32, from its values (rows, 1) in float64. */
export function denseInputs(graph: Graph, fitted: DenseColumn, column: Value): Value {
  const doubles = createDoubles(graph);
  const inputs = inputsOf(graph, doubles, fitted, column);
  return inputs.length === 1 ? inputs[0] : graph.node('Concat', inputs, { axis: { int: 1 } });
}

function inputsOf(graph: Graph, doubles: Doubles, fitted: DenseColumn, column: Value): Value[] {
  switch (fitted.kind) {
    case 'numeric':
      return numericInputs(graph, doubles, fitted, column);
    case 'boolean':
      return booleanInputs(graph, doubles, fitted, column);
    case 'datetime':
      return datetimeInputs(graph, doubles, fitted, column);
  }
}

function numericInputs(graph: Graph, doubles: Doubles, fitted: FittedNumeric, column: Value): Value[] {
  const { hasValue, where, scalar, toFloat, flagUnless, positions } = doubles;
  const present = hasValue(column);
  const value = where(present, column, scalar(fitted.fill));
  const scaled = scale(graph, doubles, fitted.scaling, value);
  const bins = fitted.edges.length > 1 ? [positions(value, fitted.edges)] : [];
  return [scaled, ...bins, ...(fitted.missing ? [flagUnless(present)] : [])].map(toFloat);
}

function scale(graph: Graph, doubles: Doubles, scaling: FittedScaling, value: Value): Value {
  const { subtract, divide, scalar, clip, add, multiply, positions } = doubles;
  switch (scaling.type) {
    case 'standard':
      return clip(divide(subtract(value, scalar(scaling.mean)), scalar(scaling.deviation)), -MAX_SCALED, MAX_SCALED);
    case 'range':
      return clip(divide(subtract(value, scalar(scaling.origin)), scalar(scaling.span)), -MAX_SCALED, MAX_SCALED);
    case 'none':
      return clip(value, -MAX_FLOAT32, MAX_FLOAT32);
    case 'quantileNormal': {
      const { values, scores } = scaling;
      if (values.length === 1) return add(multiply(value, scalar(0)), scalar(scores[0]));
      const rises = scores.slice(1).map((score, i) => score - scores[i]);
      const weights = graph.constant({ type: 'double', shape: [rises.length, 1], values: rises });
      return add(graph.node('MatMul', [positions(value, values), weights]), scalar(scores[0]));
    }
  }
}

function booleanInputs(graph: Graph, doubles: Doubles, { share, missing }: FittedBoolean, column: Value): Value[] {
  const { scalar, where, subtract, multiply, toFloat, flagUnless } = doubles;
  const is = (value: number) => graph.node('Equal', [column, scalar(value)]);
  const present = graph.node('Or', [is(0), is(1)]);
  const value = where(present, column, scalar(share));
  const input = subtract(multiply(value, scalar(2)), scalar(1));
  return [input, ...(missing ? [flagUnless(present)] : [])].map(toFloat);
}

function datetimeInputs(graph: Graph, doubles: Doubles, fitted: FittedDatetime, column: Value): Value[] {
  const { hasValue, where, scalar, subtract, divide, clip, multiply, toFloat, flagUnless } = doubles;
  const present = hasValue(column);
  const time = where(present, column, scalar(0));
  const zero = graph.constant({ type: 'float', shape: [], values: [0] });
  const elapsed = clip(divide(subtract(time, scalar(fitted.mean)), scalar(fitted.deviation)), -MAX_SCALED, MAX_SCALED);
  const cycles = fitted.cycles.length > 0 ? cyclesOf(graph, doubles, time) : undefined;
  const waves = fitted.cycles.flatMap((name) => {
    // The sine of float64 is not in every runtime.
    const angle = toFloat(multiply(cycles?.[name] ?? time, scalar(2 * Math.PI)));
    return [graph.node('Sin', [angle]), graph.node('Cos', [angle])];
  });
  const inputs = [toFloat(elapsed), ...waves].map((input) => where(present, input, zero));
  return [...inputs, ...(fitted.missing ? [toFloat(flagUnless(present))] : [])];
}

/**
 * The position of a time in each cycle, 0 to 1. Month and day by Hinnant's "civil from days": years
 * begin in March, and eras have 400 of them.
 */
function cyclesOf(graph: Graph, doubles: Doubles, time: Value) {
  const { add, subtract, multiply, divide, floorDivide, scalar, where } = doubles;
  const days = floorDivide(time, DAY_MS);
  const shifted = add(days, scalar(719_468));
  const era = floorDivide(shifted, 146_097);
  const dayOfEra = subtract(shifted, multiply(era, scalar(146_097)));
  const leapDays = subtract(
    subtract(floorDivide(dayOfEra, 36_524), floorDivide(dayOfEra, 1460)),
    floorDivide(dayOfEra, 146_096),
  );
  const year = floorDivide(add(dayOfEra, leapDays), 365);
  const yearStart = subtract(add(multiply(year, scalar(365)), floorDivide(year, 4)), floorDivide(year, 100));
  const dayOfYear = subtract(dayOfEra, yearStart);
  const marchMonth = floorDivide(add(multiply(dayOfYear, scalar(5)), scalar(2)), 153);
  const monthStart = floorDivide(add(multiply(marchMonth, scalar(153)), scalar(2)), 5);
  const isBeforeJanuary = graph.node('Less', [marchMonth, scalar(10)]);
  const month = add(marchMonth, where(isBeforeJanuary, scalar(2), scalar(-10)));
  const weekday = add(days, scalar(3));
  return {
    month: divide(month, scalar(12)),
    day: divide(subtract(dayOfYear, monthStart), scalar(31)),
    weekday: divide(subtract(weekday, multiply(floorDivide(weekday, 7), scalar(7))), scalar(7)),
    time: divide(subtract(time, multiply(days, scalar(DAY_MS))), scalar(DAY_MS)),
  };
}
