import { createGenerator } from '../../engine/random.ts';
import { confusion } from '../../training/metrics/confusion.ts';
import type { RowOutputs } from '../outputs/rowOutputs.ts';
import { type RankingCurves, rankingCurves } from './curves/rankingCurves.ts';
import { bootstrap, type Statistic } from './intervals/bootstrap.ts';
import { delongArea } from './intervals/delong.ts';
import { wilson } from './intervals/wilson.ts';
import { type CalibrationBin, calibrationBins, calibrationErrorOf } from './metrics/calibrationError.ts';
import { type ClassRows, logProbabilities, mostProbable, probabilitiesOf } from './metrics/classRows.ts';
import { confusionMetrics, scoresPerClass } from './metrics/confusionMetrics.ts';
import { brierOf, topKOf } from './metrics/probabilityMetrics.ts';
import { type Ranking, rank, rankingMetrics } from './metrics/ranking.ts';
import type { EvaluationMembers, EvaluationRequest } from './schemas.ts';

type Members = Omit<EvaluationMembers, 'part' | 'rows'>;
type Intervals = EvaluationMembers['intervals'];

/** Draws of outcomes for the expected calibration error. */
const CALIBRATION_DRAWS = 200;
/** Rows times draws at most. */
const MAX_CALIBRATION_WORK = 2e7;
const DEFAULT_THRESHOLD = 0.5;

export interface ReportOptions {
  readonly request: EvaluationRequest;
  /** How often to resample. */
  readonly resamples: number;
  /** Called now and then. May throw to stop. */
  readonly onResample: () => void;
}

/** The members of an evaluation of classes. `classes` are the labels. */
export function classReport(outputs: RowOutputs, classes: readonly string[], options: ReportOptions): Members {
  const { request } = options;
  const K = classes.length;
  const positive = K === 2 ? classes.indexOf(request.positive ?? classes[1]) : null;
  const threshold = request.threshold ?? DEFAULT_THRESHOLD;
  const rows = classRowsOf(outputs, K, positive, threshold);
  const rankings = rankingsOf(rows, positive);
  const weighted = confusion(rows.actual, rows.predicted, K, rows.weights);
  const bins = calibrationBins(scoredOutcomes(rows, positive));
  const statistic = statisticOf(rows, rankings, positive);
  const metrics = statistic(() => 1);
  const calibrationError = calibrationErrorOf(bins);
  const constant = constantOf(weighted);
  return {
    classes: [...classes],
    metrics: {
      loss: outputs.loss,
      ...metrics,
      ...(positive !== null && metrics.rocAuc !== null && { gini: 2 * metrics.rocAuc - 1 }),
      calibrationError,
      ...topKsOf(rows, request.topK),
      skill: constant.logLoss > 0 ? 1 - Number(metrics.logLoss) / constant.logLoss : null,
    },
    intervals: intervalsOf(rows, rankings, { ...options, positive, statistic }),
    confusionMatrix: confusion(rows.actual, rows.predicted, K, null).map((row) => [...row]),
    perClass: scoresPerClass(weighted).map((scores, k) => ({ label: classes[k], ...scores })),
    threshold: positive === null ? null : { value: threshold, positive: classes[positive] },
    calibration: { error: calibrationError, expectedIfCalibrated: expectedError(rows, positive, request.seed) },
    baseline: { ...constant },
    curves: positive !== null && request.curves ? curvesOf(rows, rankings[0], { positive, bins, request }) : null,
  };
}

function classRowsOf(
  { actual, outputs: logits, weights }: RowOutputs,
  classes: number,
  positive: number | null,
  threshold: number,
): ClassRows {
  const probabilities = probabilitiesOf(logits, classes);
  const predicted =
    positive === null
      ? mostProbable(probabilities, classes)
      : Uint32Array.from(actual, (_class, row) =>
          probabilities[2 * row + positive] > threshold ? positive : 1 - positive,
        );
  return { actual, probabilities, logits, classes, weights, predicted };
}

/** Of the positive class; of more than two classes, of each that occurs. */
interface ClassRanking {
  readonly k: number;
  readonly ranking: Ranking;
}

/** By logits, which distinguish probabilities near 0 and 1. */
function rankingsOf({ actual, logits, probabilities, classes }: ClassRows, positive: number | null): ClassRanking[] {
  if (positive !== null) {
    const sign = positive === 1 ? 1 : -1;
    return [{ k: positive, ranking: rank(Float64Array.from(logits, (z) => sign * z)) }];
  }
  const occurring = [...new Set(actual)].sort((a, b) => a - b);
  return occurring.map((k) => ({
    k,
    ranking: rank(actual.map((_class, row) => probabilities[row * classes + k])),
  }));
}

/** Every metric that can be resampled. Values of single rows are computed once. */
function statisticOf(rows: ClassRows, rankings: readonly ClassRanking[], positive: number | null): Statistic {
  const { actual, predicted, classes, weights, logits } = rows;
  const losses = actual.map((k, row) => -logProbabilities(logits, row, classes)(k));
  const briers = actual.map((_k, row) => brierOf(rowOf(rows, row)));
  return (timesOf) => {
    const weightOf = (row: number) => timesOf(row) * (weights?.[row] ?? 1);
    const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
    let [loss, brier, total] = [0, 0, 0];
    for (let row = 0; row < actual.length; row++) {
      const weight = weightOf(row);
      if (weight === 0) continue;
      matrix[actual[row]][predicted[row]] += weight;
      loss += weight * losses[row];
      brier += weight * briers[row];
      total += weight;
    }
    return {
      ...confusionMetrics(matrix, positive),
      logLoss: loss / total,
      brier: brier / total,
      ...rankingStatistics(rows, rankings, positive, weightOf),
    };
  };
}

function rowOf({ actual, probabilities, logits, classes, predicted }: ClassRows, row: number): ClassRows {
  const outputs = classes === 2 ? 1 : classes;
  return {
    actual: actual.subarray(row, row + 1),
    probabilities: probabilities.subarray(row * classes, (row + 1) * classes),
    logits: logits.subarray(row * outputs, (row + 1) * outputs),
    classes,
    weights: null,
    predicted: predicted.subarray(row, row + 1),
  };
}

function rankingStatistics(
  { actual }: ClassRows,
  rankings: readonly ClassRanking[],
  positive: number | null,
  weightOf: (row: number) => number,
) {
  const found = rankings
    .map(({ k, ranking }) => rankingMetrics(ranking, (row) => actual[row] === k, weightOf))
    .filter((metrics) => metrics !== null);
  const mean = (name: 'rocAuc' | 'prAuc') =>
    found.length > 0 ? found.reduce((sum, metrics) => sum + metrics[name], 0) / found.length : null;
  const areas = { rocAuc: mean('rocAuc'), prAuc: mean('prAuc') };
  return positive === null ? areas : { ...areas, ks: found[0]?.ks ?? null };
}

function topKsOf(rows: ClassRows, ks: readonly number[]): Readonly<Record<string, number>> {
  if (rows.classes === 2) return {};
  return Object.fromEntries(ks.filter((k) => k < rows.classes).map((k) => [`top${k}`, topKOf(rows, k)]));
}

interface IntervalOptions extends ReportOptions {
  readonly positive: number | null;
  readonly statistic: Statistic;
}

/** Wilson for the accuracy and DeLong for the area where no weights count, else the bootstrap. */
function intervalsOf(rows: ClassRows, rankings: readonly ClassRanking[], options: IntervalOptions): Intervals {
  const { request, resamples, onResample, positive, statistic } = options;
  const { level } = request.confidence;
  const { actual, predicted, weights, logits } = rows;
  const resampled = bootstrap(
    (timesOf) => {
      onResample();
      return statistic(timesOf);
    },
    { rows: actual.length, resamples, level, seed: request.seed },
  );
  const intervals: Intervals = Object.fromEntries(
    Object.entries(resampled).map(([name, interval]) => [name, { ...interval, method: 'bootstrap' as const }]),
  );
  if (weights !== null) return intervals;
  const hits = actual.reduce((sum, k, row) => sum + (predicted[row] === k ? 1 : 0), 0);
  intervals.accuracy = { ...wilson(hits, actual.length, level), method: 'wilson' };
  if (positive === null || rankings.length === 0) return intervals;
  const sign = positive === 1 ? 1 : -1;
  const scores = Float64Array.from(logits, (z) => sign * z);
  const isPositive = actual.map((k) => Number(k === positive));
  const area = delongArea(scores, isPositive, level);
  if (area !== null) intervals.rocAuc = { ...area.interval, method: 'delong' };
  return intervals;
}

function scoredOutcomes({ actual, probabilities, classes, weights }: ClassRows, positive: number | null) {
  if (positive !== null) {
    const scores = actual.map((_k, row) => probabilities[2 * row + positive]);
    return { scores, outcomes: actual.map((k) => Number(k === positive)), weights };
  }
  const top = mostProbable(probabilities, classes);
  const scores = actual.map((_k, row) => probabilities[row * classes + top[row]]);
  return { scores, outcomes: actual.map((k, row) => Number(top[row] === k)), weights };
}

/** The mean calibration error of outcomes that are drawn with the predicted probabilities. */
function expectedError(rows: ClassRows, positive: number | null, seed: number): number {
  const given = scoredOutcomes(rows, positive);
  // In order, because the bins of each draw sort the rows again.
  const order = Uint32Array.from(given.scores, (_, row) => row).sort((x, y) => given.scores[x] - given.scores[y]);
  const scores = Float64Array.from(order, (row) => given.scores[row]);
  const weights = given.weights && Float64Array.from(order, (row) => given.weights?.[row] ?? 1);
  const generator = createGenerator(seed, 1);
  const draws = Math.max(1, Math.min(CALIBRATION_DRAWS, Math.floor(MAX_CALIBRATION_WORK / scores.length)));
  let sum = 0;
  for (let draw = 0; draw < draws; draw++) {
    const outcomes = scores.map((p) => (generator.uniform() < p ? 1 : 0));
    sum += calibrationErrorOf(calibrationBins({ scores, outcomes, weights }));
  }
  return sum / draws;
}

/** The best constant prediction: the shares of the classes. */
function constantOf(matrix: readonly (readonly number[])[]): { readonly accuracy: number; readonly logLoss: number } {
  const totals = matrix.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  const total = totals.reduce((sum, weight) => sum + weight, 0);
  const shares = totals.map((weight) => weight / total).filter((share) => share > 0);
  return { accuracy: Math.max(...shares), logLoss: -shares.reduce((sum, p) => sum + p * Math.log(p), 0) };
}

interface CurveOptions {
  readonly positive: number;
  readonly bins: readonly CalibrationBin[];
  readonly request: EvaluationRequest;
}

function curvesOf(
  { actual, probabilities, weights }: ClassRows,
  { ranking }: ClassRanking,
  { positive, bins, request }: CurveOptions,
): NonNullable<EvaluationMembers['curves']> {
  const scores = actual.map((_k, row) => probabilities[2 * row + positive]);
  const isPositive = (row: number) => actual[row] === positive;
  const curves: RankingCurves | null = rankingCurves(scores, ranking, isPositive, (row) => weights?.[row] ?? 1);
  return {
    roc: curves && { points: [...curves.roc.points], maxError: curves.roc.maxError },
    precisionRecall: curves && {
      points: [...curves.precisionRecall.points],
      maxError: curves.precisionRecall.maxError,
    },
    reliability: bins.map(({ weight, score, outcome }) => ({
      ...{ weight, score, outcome },
      ...wilson(outcome * weight, weight, request.confidence.level),
    })),
  };
}
