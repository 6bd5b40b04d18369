import type { SpaceDefinition } from '../../src/search/space/schema.ts';
import type { Parameters } from '../../src/search/space/space.ts';

/** A function with a known minimum, to be searched. */
export interface SweepFunction {
  readonly name: string;
  readonly space: SpaceDefinition;
  readonly loss: (parameters: Parameters) => number;
  readonly minimum: number;
}

/**
 * The four that Optuna was measured on (`../shared/sweeps/optuna.json` defines them), then others,
 * so that nothing is fitted to the four.
 */
export const SWEEP_FUNCTIONS: readonly SweepFunction[] = [
  {
    name: 'branin',
    space: { x: { type: 'uniform', min: -5, max: 10 }, y: { type: 'uniform', min: 0, max: 15 } },
    loss: ({ x, y }) => branin(Number(x), Number(y)),
    minimum: 0.39788735772973816,
  },
  { name: 'hartmann6', space: cube(6, 0, 1), loss: (p) => hartmann6(vector(p)), minimum: -3.32236801141551 },
  { name: 'rosenbrock4', space: cube(4, -2, 2), loss: (p) => rosenbrock(vector(p)), minimum: 0 },
  {
    name: 'mixed',
    space: {
      learningRate: { type: 'logUniform', min: 1e-5, max: 1 },
      units: { type: 'logInteger', min: 4, max: 512 },
      optimizer: { type: 'choice', values: ['sgd', 'adam', 'rmsprop'] },
      momentum: { type: 'uniform', min: 0, max: 0.99, when: { optimizer: ['sgd'] } },
    },
    loss: mixed,
    minimum: 0,
  },
  { name: 'ackley5', space: cube(5, -5, 8), loss: (p) => ackley(vector(p)), minimum: 0 },
  { name: 'levy4', space: cube(4, -10, 10), loss: (p) => levy(vector(p)), minimum: 0 },
  {
    name: 'styblinskiTang3',
    space: cube(3, -5, 5),
    loss: (p) => styblinskiTang(vector(p)),
    minimum: 3 * -39.16616570377142,
  },
];

/** With many parameters, to measure their cost: the position of its minimum is irrelevant. */
export const WIDE_FUNCTION: SweepFunction = {
  name: 'ackley20',
  space: cube(20, -5, 8),
  loss: (p) => ackley(vector(p)),
  minimum: 0,
};

/** x1 to xd, each uniform in the same range. */
function cube(dimensions: number, min: number, max: number): SpaceDefinition {
  const names = Array.from({ length: dimensions }, (_, i) => `x${i + 1}`);
  return Object.fromEntries(names.map((name) => [name, { type: 'uniform', min, max }]));
}

function vector(parameters: Parameters): readonly number[] {
  return Object.values(parameters).map(Number);
}

function branin(x: number, y: number): number {
  const bend = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
  return bend ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

const HARTMANN_WEIGHTS = [1, 1.2, 3, 3.2];
const HARTMANN_SCALES = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN_CENTRES = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

function hartmann6(x: readonly number[]): number {
  const distances = HARTMANN_CENTRES.map((centre, i) =>
    sum(centre.map((c, j) => HARTMANN_SCALES[i][j] * (x[j] - c) ** 2)),
  );
  return -sum(distances.map((distance, i) => HARTMANN_WEIGHTS[i] * Math.exp(-distance)));
}

function rosenbrock(x: readonly number[]): number {
  return sum(x.slice(1).map((next, i) => 100 * (next - x[i] ** 2) ** 2 + (1 - x[i]) ** 2));
}

function mixed({ learningRate, units, optimizer, momentum }: Parameters): number {
  const penalty = { sgd: 0.3 + (Number(momentum) - 0.9) ** 2, rmsprop: 0.15, adam: 0 }[String(optimizer)] ?? 0;
  return (Math.log10(Number(learningRate)) + 2) ** 2 + (0.5 * (Math.log2(Number(units)) - 6) ** 2) / 9 + penalty;
}

function ackley(x: readonly number[]): number {
  const squares = sum(x.map((each) => each ** 2)) / x.length;
  const waves = sum(x.map((each) => Math.cos(2 * Math.PI * each))) / x.length;
  return 20 + Math.E - 20 * Math.exp(-0.2 * Math.sqrt(squares)) - Math.exp(waves);
}

function levy(x: readonly number[]): number {
  const w = x.map((each) => 1 + (each - 1) / 4);
  const last = w[w.length - 1];
  const middle = w.slice(0, -1).map((each) => (each - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * each + 1) ** 2));
  return Math.sin(Math.PI * w[0]) ** 2 + sum(middle) + (last - 1) ** 2 * (1 + Math.sin(2 * Math.PI * last) ** 2);
}

function styblinskiTang(x: readonly number[]): number {
  return sum(x.map((each) => each ** 4 - 16 * each ** 2 + 5 * each)) / 2;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
