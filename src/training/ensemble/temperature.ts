import type { Numbers } from '../../engine/matrix.ts';

/** Class probabilities of rows with known classes. */
export interface Classified {
  /** `outputs` numbers a row; a single one is the probability of the second class. */
  readonly probabilities: Numbers;
  readonly outputs: number;
  /** The class index of each row. */
  readonly T: Numbers;
  /** Null: each row weighs 1. */
  readonly weights: Numbers | null;
}

const MIN_TEMPERATURE = 0.3;
const MAX_TEMPERATURE = 3;
/** Of the logarithm of the temperature. */
const TOLERANCE = 1e-3;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** The smallest positive float32: the logarithm of a rounded 0 must be finite. */
const MIN_PROBABILITY = 2 ** -149;

/**
 * The temperature t in .3 to 3 with the lowest log loss of softmax(log p / t), by golden section
 * over log t (Guo et al. 2017). A network with smoothed labels is too cautious; its logits divided
 * by t are not.
 */
export function fitTemperature(rows: Classified): number {
  const logs = logProbabilities(rows);
  const loss = (logT: number) => logLossAt(Math.exp(logT), logs, rows);
  let [low, high] = [Math.log(MIN_TEMPERATURE), Math.log(MAX_TEMPERATURE)];
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [leftLoss, rightLoss] = [loss(left), loss(right)];
  while (high - low > TOLERANCE) {
    if (leftLoss <= rightLoss) {
      [high, right, rightLoss] = [right, left, leftLoss];
      left = high - GOLDEN * (high - low);
      leftLoss = loss(left);
    } else {
      [low, left, leftLoss] = [left, right, rightLoss];
      right = low + GOLDEN * (high - low);
      rightLoss = loss(right);
    }
  }
  return Math.exp((low + high) / 2);
}

/** The probabilities at a temperature, in the same form: softmax(log p / temperature). */
export function applyTemperature(
  rows: Pick<Classified, 'probabilities' | 'outputs'>,
  temperature: number,
): Float64Array {
  const logs = logProbabilities(rows);
  const n = Math.max(2, rows.outputs);
  const scaled = new Float64Array(rows.probabilities.length);
  for (let row = 0; row * n < logs.length; row++) {
    const total = logSum(logs, row * n, n, temperature);
    if (rows.outputs === 1) scaled[row] = Math.exp(logs[row * n + 1] / temperature - total);
    else for (let i = row * n; i < (row + 1) * n; i++) scaled[i] = Math.exp(logs[i] / temperature - total);
  }
  return scaled;
}

function logLossAt(temperature: number, logs: Float64Array, { outputs, T, weights }: Classified): number {
  const n = Math.max(2, outputs);
  let loss = 0;
  for (let row = 0; row < T.length; row++) {
    const ofRow = logSum(logs, row * n, n, temperature) - logs[row * n + T[row]] / temperature;
    loss += (weights?.[row] ?? 1) * ofRow;
  }
  return loss;
}

/** log(sum of exp(logs / temperature)) over n numbers from `start`. */
function logSum(logs: Float64Array, start: number, n: number, temperature: number): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + n; i++) max = Math.max(max, logs[i]);
  let sum = 0;
  for (let i = start; i < start + n; i++) sum += Math.exp((logs[i] - max) / temperature);
  return max / temperature + Math.log(sum);
}

/** The logarithm of the probability of every class; both of two. */
function logProbabilities({ probabilities, outputs }: Pick<Classified, 'probabilities' | 'outputs'>): Float64Array {
  const log = (probability: number) => Math.log(Math.max(probability, MIN_PROBABILITY));
  if (outputs > 1) return Float64Array.from(probabilities, log);
  return Float64Array.from({ length: 2 * probabilities.length }, (_, i) => {
    const second = probabilities[i >> 1];
    return log(i % 2 === 0 ? 1 - second : second);
  });
}
