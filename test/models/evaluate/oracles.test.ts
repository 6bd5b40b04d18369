/**
 * The metrics against values of scikit-learn, SciPy, statsmodels and pROC. `ORACLE_DIR` names
 * another folder with files of the same format.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { delongArea, delongDifference } from '../../../src/models/evaluate/intervals/delong.ts';
import { wilson } from '../../../src/models/evaluate/intervals/wilson.ts';
import { calibrationBins, calibrationErrorOf } from '../../../src/models/evaluate/metrics/calibrationError.ts';
import { type ClassRows, mostProbable } from '../../../src/models/evaluate/metrics/classRows.ts';
import { confusionMetrics, scoresPerClass } from '../../../src/models/evaluate/metrics/confusionMetrics.ts';
import { numberMetrics, quantileMetrics } from '../../../src/models/evaluate/metrics/numberMetrics.ts';
import { brierOf, logLossOf, topKOf } from '../../../src/models/evaluate/metrics/probabilityMetrics.ts';
import { rank, rankingMetrics } from '../../../src/models/evaluate/metrics/ranking.ts';
import { confusion, meanScores } from '../../../src/training/metrics/confusion.ts';

type Values = Readonly<Record<string, unknown>>;

interface Oracle {
  readonly name: string;
  readonly kind: string;
  readonly tolerance: { readonly relative: number; readonly absolute: number };
  readonly cases: readonly { readonly name: string; readonly inputs: Values; readonly expected: Values }[];
}

const FOLDER = process.env.ORACLE_DIR ?? fileURLToPath(new URL('../../golden/metrics', import.meta.url));

const numbersOf = (value: unknown) => Float64Array.from(value as readonly number[]);
const weightsOf = ({ weights }: Values) => (weights == null ? null : numbersOf(weights));

function twoClasses({ actual, probabilities, logits, ...inputs }: Values): Values {
  const p = numbersOf(probabilities);
  const z = logits === undefined ? p.map((value) => Math.log(value) - Math.log1p(-value)) : numbersOf(logits);
  const both = Float64Array.from({ length: 2 * p.length }, (_, i) => (i % 2 === 1 ? p[i >> 1] : 1 - p[i >> 1]));
  const rows = { actual: numbersOf(actual), probabilities: both, logits: z, classes: 2, weights: weightsOf(inputs) };
  const predicted = Uint32Array.from(p, (value) => (value > 0.5 ? 1 : 0));
  const ranking = rankingMetrics(
    rank(p),
    (row) => rows.actual[row] === 1,
    (row) => rows.weights?.[row] ?? 1,
  );
  return {
    ...ofConfusion({ ...rows, predicted }, 1),
    ...{ rocAuc: ranking?.rocAuc ?? null, prAuc: ranking?.prAuc ?? null, ks: ranking?.ks ?? null },
    gini: ranking && 2 * ranking.rocAuc - 1,
    ...(logits === undefined ? {} : { logLossFromLogits: logLossOf({ ...rows, predicted }) }),
    brier: brierOf({ ...rows, predicted }),
  };
}

function manyClasses({ classes, actual, logits, probabilities, ...inputs }: Values): Values {
  const K = Number(classes);
  const given = numbersOf((probabilities as readonly (readonly number[])[]).flat());
  const rows = {
    actual: numbersOf(actual),
    probabilities: given,
    logits: numbersOf((logits as readonly (readonly number[])[]).flat()),
    classes: K,
    weights: weightsOf(inputs),
    predicted: mostProbable(given, K),
  };
  const areas = Array.from({ length: K }, (_, k) =>
    rankingMetrics(
      rank(rows.actual.map((_class, row) => given[row * K + k])),
      (row) => rows.actual[row] === k,
      (row) => rows.weights?.[row] ?? 1,
    ),
  ).filter((area) => area !== null);
  return {
    ...ofConfusion(rows, null),
    logLoss: logLossOf(rows),
    brier: brierOf(rows),
    rocAuc: areas.length > 0 ? areas.reduce((sum, { rocAuc }) => sum + rocAuc, 0) / areas.length : null,
    topK: Object.fromEntries([1, 3, 5].map((k) => [k, topKOf(rows, k)])),
  };
}

function ofConfusion({ actual, predicted, classes, weights }: ClassRows, positive: number | null): Values {
  const weighted = confusion(actual, predicted, classes, weights);
  return {
    confusionMatrix: confusion(actual, predicted, classes, null),
    ...confusionMetrics(weighted, positive),
    perClass: scoresPerClass(weighted),
    macro: meanScores(weighted),
  };
}

function regression({ actual, predicted, level, ...inputs }: Values): Values {
  const rows = { actual: numbersOf(actual), predicted: numbersOf(predicted), weights: weightsOf(inputs) };
  return { ...numberMetrics(rows), ...quantileMetrics(rows, Number(level)) };
}

function calibrationError({ actual, probabilities, ...inputs }: Values): Values {
  const classes = numbersOf(actual);
  const given = probabilities as readonly (number | readonly number[])[];
  const scores = given.map((p) => (typeof p === 'number' ? p : Math.max(...p)));
  const outcomes = classes.map((k, row) => {
    const p = given[row];
    return typeof p === 'number' ? k : Number(p.indexOf(Math.max(...p)) === k);
  });
  const bins = calibrationBins({ scores, outcomes, weights: weightsOf(inputs) });
  return { calibrationError: calibrationErrorOf(bins), bins };
}

function delong({ actual, a, b, level }: Values): Values {
  const classes = numbersOf(actual);
  const [first, second] = [
    delongArea(numbersOf(a), classes, Number(level)),
    delongArea(numbersOf(b), classes, Number(level)),
  ];
  const paired = delongDifference(numbersOf(a), numbersOf(b), classes, Number(level));
  return {
    ...{ aucA: first?.area, aucB: second?.area, varianceA: first?.variance, varianceB: second?.variance },
    ...{ intervalA: first?.interval, intervalB: second?.interval, covariance: paired?.covariance },
    ...{ difference: paired?.difference, differenceInterval: paired?.interval, z: paired?.z, p: paired?.p },
  };
}

const COMPUTE: Readonly<Record<string, (inputs: Values) => Values>> = {
  binary: twoClasses,
  multiclass: manyClasses,
  regression,
  calibrationError,
  delong,
  wilson: ({ successes, trials, level }) => ({ ...wilson(Number(successes), Number(trials), Number(level)) }),
};

/** Compares every expected number; other members of `actual` do not count. */
function expectWithin(actual: unknown, expected: unknown, tolerance: Oracle['tolerance'], path: string): void {
  if (typeof expected === 'number') {
    const allowed = tolerance.relative * Math.abs(expected) + tolerance.absolute;
    expect(Math.abs(Number(actual) - expected), `${path}: ${actual}, not ${expected}`).toBeLessThanOrEqual(allowed);
    return;
  }
  if (expected === null || typeof expected !== 'object') {
    expect(actual, path).toEqual(expected);
    return;
  }
  for (const [name, value] of Object.entries(expected)) {
    expectWithin((actual as Values | undefined)?.[name], value, tolerance, `${path}.${name}`);
  }
}

const oracles = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file): Oracle => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')))
  .filter(({ kind }) => kind in COMPUTE);

it('has files of every kind', () => {
  expect(new Set(oracles.map(({ kind }) => kind))).toEqual(new Set(Object.keys(COMPUTE)));
});

describe.each(oracles)('$name', ({ kind, cases, tolerance }) => {
  it.each(cases)('$name', ({ inputs, expected }) => {
    const computed = COMPUTE[kind](inputs);
    const binding = Object.entries(expected).filter(([name]) => name in computed);
    expect(binding.length).toBeGreaterThan(0);
    expectWithin(computed, Object.fromEntries(binding), tolerance, kind);
  });
});
