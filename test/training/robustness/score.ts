import type { RobustnessCase } from './cases.ts';
import { predictMean, trainFast } from './trainEnsemble.ts';

const FRESH_ROWS = 4000;

/** The expected score on fresh rows over the best possible one: at least 1. */
export interface RelativeScore {
  readonly ours: number;
  /** Of the best constant. */
  readonly constant: number;
}

/** Trains on a table of `rows` rows, and scores the model on other rows. */
export function scoreCase({ draw, noise, request = {} }: RobustnessCase, rows: number, seed: number): RelativeScore {
  const outcome = trainFast(draw(rows, seed).table, request);
  const fresh = draw(FRESH_ROWS, seed + 1000);
  const predictions = predictMean(outcome, fresh.table);
  const mean = fresh.truth.reduce((sum, value) => sum + value, 0) / FRESH_ROWS;
  const constant = new Float64Array(FRESH_ROWS).fill(mean);
  const score = noise === null ? relativeLogLoss : relativeRmse(noise);
  return { ours: score(predictions, fresh.truth), constant: score(constant, fresh.truth) };
}

/** RMSE over the deviation of the noise, which is the best possible RMSE. */
function relativeRmse(noise: number) {
  return (predictions: Float64Array, truth: Float64Array) => {
    const squares = predictions.reduce((sum, value, row) => sum + (value - truth[row]) ** 2, 0);
    return Math.sqrt(1 + squares / truth.length / noise ** 2);
  };
}

/** The cross-entropy over the entropy, which is the best possible log loss. */
function relativeLogLoss(predictions: Float64Array, truth: Float64Array): number {
  return meanLoss(predictions, truth) / meanLoss(truth, truth);
}

/** The expected log loss, when each row is positive with the probability of `truth`. */
function meanLoss(predictions: Float64Array, truth: Float64Array): number {
  const losses = truth.map((p, row) => -(p * Math.log(predictions[row]) + (1 - p) * Math.log1p(-predictions[row])));
  return losses.reduce((sum, loss) => sum + loss, 0) / truth.length;
}
