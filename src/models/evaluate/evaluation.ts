import type { CreateKernels } from '../../engine/kernels/kernels.ts';
import { encodeTarget, unscaledNumber } from '../../features/target.ts';
import { transform } from '../../features/transform.ts';
import type { Table } from '../../formats/table.ts';
import { resolveClassWeights } from '../../training/classWeights.ts';
import { outputsFor } from '../../training/losses.ts';
import { type Metrics, measure } from '../../training/metrics/measure.ts';
import type { Outcome } from '../../training/outcome.ts';
import { fitTable } from '../../training/prepare.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';
import type { SplitName, Splits } from '../../training/split/splits.ts';
import { commonLoss, defaultLossSetup } from '../outputs/lossSetup.ts';
import { score } from '../outputs/score.ts';
import { type AveragePredictions, createAveragePredictions, toLogits } from '../stored/predictor/averagePredictions.ts';
import { createMember } from '../stored/predictor/member.ts';
import type { StoredNetwork } from '../stored/storedNetworks.ts';

/**
 * Measures the mean prediction of networks that are added one by one, on the rows of their
 * training.
 */
export interface Evaluation {
  add(network: StoredNetwork): void;
  /** Null for a part without rows. The loss is NaN if the networks minimize different losses. */
  evaluate(): Outcome['metrics'];
}

type Fitted = ReturnType<typeof fitTable>;

/** Rows transformed at once. */
const CHUNK_ROWS = 4096;
const PARTS: readonly SplitName[] = ['training', 'validation', 'test'];

/** `spec` is the training of any of the networks: all split the table alike. */
export function createEvaluation(table: Table, spec: TrainingSpec, createKernels: CreateKernels): Evaluation {
  const fitted = fitTable(table, spec);
  const { splits, target } = fitted;
  const classes = target.kind === 'classes' ? target.classes.length : null;
  const averages = PARTS.map((part) => createAveragePredictions(splits[part].length, classes));
  const added: Pick<StoredNetwork, 'description'>[] = [];
  return {
    add(stored) {
      const member = createMember(stored.description, stored.parameters, createKernels);
      for (const [index, part] of PARTS.entries()) {
        eachChunk(splits[part], (rows, first) => {
          averages[index].add(member.network, member.fittedTarget, transform(member.features, table, rows), first);
        });
      }
      added.push({ description: stored.description });
    },
    evaluate() {
      const [training, validation, test] = PARTS.map((part, index) =>
        evaluateSplit(fitted, splits[part], averages[index], added),
      );
      return { training, validation, test };
    },
  };
}

function eachChunk(rows: Int32Array, use: (rows: Int32Array, first: number) => void): void {
  for (let first = 0; first < rows.length; first += CHUNK_ROWS) use(rows.subarray(first, first + CHUNK_ROWS), first);
}

function evaluateSplit(
  fitted: Fitted,
  rows: Int32Array,
  averages: AveragePredictions,
  networks: readonly Pick<StoredNetwork, 'description'>[],
): Metrics | null {
  if (rows.length === 0) return null;
  const { splits, targetColumn } = fitted;
  const common = commonLoss(networks);
  const { target, loss, classWeights } = common ?? defaultLossSetup(fitted.target);
  const n = outputsFor(loss, target.kind === 'classes' ? target.classes.length : 1);
  const trainingTargets = { target, T: encodeTarget(target, targetColumn, splits.training), rows: countsOf(splits) };
  const classWeight = resolveClassWeights(classWeights, trainingTargets);
  const weights = fitted.weights && Float64Array.from(rows, (row) => fitted.weights?.[row] ?? 1);
  const T = encodeTarget(target, targetColumn, rows);
  const weightOf = (code: number, i: number) => (weights?.[i] ?? 1) * (classWeight?.[code] ?? 1);
  const scored = score(loss, {
    outputs: toLogits(averages.of(networks.length), target, loss.type),
    n,
    T,
    weights: weights || classWeight ? Float64Array.from(T, weightOf) : null,
  });
  const actual = target.kind === 'classes' ? T : encodeTarget(unscaledNumber(targetColumn), targetColumn, rows);
  return measure({
    target,
    targets: { actual, weights },
    predictions: scored.predictions,
    loss: common === null ? Number.NaN : scored.loss,
  });
}

function countsOf({ training, validation, test }: Splits): Readonly<Record<SplitName, number>> {
  return { training: training.length, validation: validation.length, test: test.length };
}
