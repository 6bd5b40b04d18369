import type { Graph, Value } from './graph.ts';

/** Columns (rows, 1) of float64 that the preprocessing computes with. */
export interface Doubles {
  scalar(value: number): Value;
  row(values: readonly number[]): Value;
  add(a: Value, b: Value): Value;
  subtract(a: Value, b: Value): Value;
  multiply(a: Value, b: Value): Value;
  divide(a: Value, b: Value): Value;
  /** The largest integer that is at most the value. */
  floorDivide(a: Value, by: number): Value;
  clip(value: Value, low: number, high: number): Value;
  /** The float32 inputs of a network. */
  toFloat(value: Value): Value;
  /** Whether each number is finite. */
  hasValue(value: Value): Value;
  where(condition: Value, value: Value, otherwise: Value): Value;
  /** 1 where the condition is false. */
  flagUnless(condition: Value): Value;
  /** The positions of a column between pairs of numbers, 0 to 1: (rows, pairs). */
  positions(column: Value, edges: readonly number[]): Value;
}

export function createDoubles(graph: Graph): Doubles {
  const scalar = (value: number) => graph.constant({ type: 'double', shape: [], values: [value] });
  const row = (values: readonly number[]) => graph.constant({ type: 'double', shape: [1, values.length], values });
  const binary = (operator: string) => (a: Value, b: Value) => graph.node(operator, [a, b]);
  const [subtract, divide] = [binary('Sub'), binary('Div')];
  const clip = (value: Value, low: number, high: number) => graph.node('Clip', [value, scalar(low), scalar(high)]);
  return {
    scalar,
    row,
    add: binary('Add'),
    subtract,
    multiply: binary('Mul'),
    divide,
    floorDivide: (a, by) => graph.node('Floor', [divide(a, scalar(by))]),
    clip,
    toFloat: (value) => graph.node('Cast', [value], { to: { int: 1 } }),
    // A comparison with NaN is false.
    hasValue: (value) => graph.node('LessOrEqual', [graph.node('Abs', [value]), scalar(Number.MAX_VALUE)]),
    where: (condition, value, otherwise) => graph.node('Where', [condition, value, otherwise]),
    flagUnless: (condition) => graph.node('Cast', [graph.node('Not', [condition])], { to: { int: 11 } }),
    positions(column, edges) {
      const [from, to] = [edges.slice(0, -1), edges.slice(1)];
      // Halves keep the distance of two huge numbers of unlike sign finite.
      const isHuge = to.some((edge, i) => !Number.isFinite(edge - from[i]));
      const unit = isHuge ? 0.5 : 1;
      const scaled = isHuge ? graph.node('Mul', [column, scalar(unit)]) : column;
      const distances = row(to.map((edge, i) => edge * unit - from[i] * unit));
      return clip(divide(subtract(scaled, row(from.map((edge) => edge * unit))), distances), 0, 1);
    },
  };
}
