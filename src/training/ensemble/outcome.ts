import type { CreateKernels } from '../../engine/kernels/kernels.ts';
import type { Numbers } from '../../engine/matrix.ts';
import type { Parameter } from '../../engine/memory/parameters.ts';
import { completeLayers } from '../../engine/network/spec.ts';
import type { Warning } from '../../kit/warning.ts';
import { resolveClassWeights } from '../classWeights.ts';
import { weightsOf } from '../loop/preparedRows.ts';
import { predictSplit, type Run } from '../loop/run.ts';
import { withRun } from '../loop/train.ts';
import { engineLoss } from '../losses.ts';
import { type Metrics, measure } from '../metrics/measure.ts';
import type { Outcome } from '../outcome.ts';
import type { Prepared } from '../prepare.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import { type PackedSplit, packSplit, rowsOfParts } from '../split/packed.ts';
import { concat, type SplitName, sortedSplits } from '../split/splits.ts';
import { scoredValues, scoreOf } from './score.ts';
import { type ScoredRows, type Selection, selectCandidates } from './selection.ts';
import { type Snapshot, scoredRows } from './snapshots.ts';

/** A network whose snapshots may be selected: that of a member, or of one of its folds. */
export interface TrainedNetwork {
  /** From 1. */
  readonly member: number;
  /** From 1; null without folds. */
  readonly fold: number | null;
  readonly spec: TrainingSpec;
  readonly prepared: Prepared;
  readonly snapshots: readonly Snapshot[];
}

/** A network of the model. */
export interface SelectedNetwork extends Pick<Outcome, 'features' | 'embedding' | 'layers' | 'loss' | 'parameters'> {
  /** From 1. */
  readonly member: number;
  /** The fold that it was not trained on, from 1; null without folds. */
  readonly fold: number | null;
  readonly epoch: number;
  /** Its share of the mean. */
  readonly weight: number;
  /** The logits of the network were divided by it: W and b of the output layer have it. */
  readonly temperature: number;
  /** Of the snapshot alone, with the networks of all folds, on the validation rows. */
  readonly score: number;
}

/** What was selected from the snapshots. */
export interface SelectionSummary {
  /** Names the score, such as "validation RMSE". */
  readonly scoreName: string;
  /** Of the mean of all selected networks. */
  readonly score: number;
  readonly selected: readonly Pick<SelectedNetwork, 'member' | 'fold' | 'epoch' | 'weight'>[];
  /** Each member with snapshots, and its best one. */
  readonly members: readonly { readonly member: number; readonly epoch: number; readonly score: number }[];
}

/** The result of an ensemble job. Plain data, to be sent between threads. */
export interface EnsembleOutcome extends Pick<Outcome, 'target' | 'metrics' | 'split' | 'warnings'> {
  readonly networks: readonly SelectedNetwork[];
  readonly summary: SelectionSummary;
}

interface Chosen {
  readonly from: TrainedNetwork;
  readonly snapshot: Snapshot;
}

/** A member after one epoch, with a network of each fold; without folds there is one. */
interface Pooled {
  readonly member: number;
  readonly epoch: number;
  readonly chosen: readonly Chosen[];
}

const PARTS: readonly SplitName[] = ['training', 'validation', 'test'];

/** Selects from the snapshots of all members. Each network must have at least one snapshot. */
export function selectSnapshots(networks: readonly TrainedNetwork[], maxSelected: number): SelectionSummary {
  const members = membersOf(networks);
  const pool = poolOf(members);
  return summarize(pool, select(pool, members, maxSelected), members);
}

/** Selects from the snapshots, and measures the mean of the selected networks on every split. */
export function combineSnapshots(
  trained: readonly TrainedNetwork[],
  maxSelected: number,
  createKernels: CreateKernels,
): EnsembleOutcome {
  const members = membersOf(trained);
  const pool = poolOf(members);
  const selection = select(pool, members, maxSelected);
  const [{ spec, prepared }] = trained;
  const means = createMeans(prepared.split.rows);
  const networks = selection.picks.flatMap((pick) =>
    pool[pick].chosen.map((chosen) =>
      openNetwork(chosen, createKernels, (run, opened) => {
        means.add(run);
        return { ...opened, weight: weightOf(pool[pick], selection), score: selection.scores[pick] };
      }),
    ),
  );
  return {
    networks,
    target: prepared.target,
    split: spec.fold === undefined ? prepared.split : withoutFolds(prepared.split),
    metrics: means.measure(prepared, spec),
    warnings: distinct(trained.flatMap((network) => network.prepared.warnings)),
    summary: summarize(pool, selection, members),
  };
}

/** Whether the networks of the member that can be selected are complete: one of each fold. */
export function isComplete(networks: readonly Pick<TrainedNetwork, 'spec' | 'snapshots'>[]): boolean {
  const [first] = networks;
  if (first === undefined || networks.length < (first.spec.fold?.of ?? 1)) return false;
  return networks.every(({ snapshots }) => snapshots.length > 0);
}

/** The networks of each member, in the order of the folds. */
function membersOf(networks: readonly TrainedNetwork[]): readonly (readonly TrainedNetwork[])[] {
  return [...Map.groupBy(networks, ({ member }) => member).values()];
}

/** `maxSelected` counts networks, and a pick has one of each fold. */
function select(
  pool: readonly Pooled[],
  [networks]: readonly (readonly TrainedNetwork[])[],
  maxSelected: number,
): Selection {
  const candidates = pool.map(({ member, epoch, chosen }) => ({
    ...{ member: member - 1, epoch, values: joined(chosen.map(({ snapshot }) => snapshot.values)) },
  }));
  const rows = joinRows(networks.map(({ prepared, spec }) => scoredRows(prepared, spec)));
  return selectCandidates(candidates, rows, Math.max(1, Math.floor(maxSelected / networks.length)));
}

/** The validation rows of all folds, one after the other. */
function joinRows(folds: readonly ScoredRows[]): ScoredRows {
  const [{ score }] = folds;
  const weights = folds.map((fold) => fold.weights).filter((own) => own !== null);
  return {
    score,
    T: joined(folds.map(({ T }) => T)),
    weights: weights.length === folds.length ? joined(weights) : null,
  };
}

function joined(parts: readonly Numbers[]): Numbers {
  if (parts.length === 1) return parts[0];
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** First epochs, which may be incomplete, count only if there are no others. */
function poolOf(members: readonly (readonly TrainedNetwork[])[]): readonly Pooled[] {
  const all = members.flatMap(snapshotsOf);
  const later = all.filter(({ epoch }) => epoch > 1);
  return later.length > 0 ? later : all;
}

/** A member after each epoch. The network of a fold that has ended before stays as it was. */
function snapshotsOf(networks: readonly TrainedNetwork[]): readonly Pooled[] {
  const epochs = new Set(networks.flatMap(({ snapshots }) => snapshots.map(({ epoch }) => epoch)));
  return [...epochs]
    .toSorted((a, b) => a - b)
    .flatMap((epoch) => {
      const chosen = networks.flatMap((from) => {
        const snapshot = from.snapshots.findLast((own) => own.epoch <= epoch);
        return snapshot ? [{ from, snapshot }] : [];
      });
      return chosen.length === networks.length ? [{ member: networks[0].member, epoch, chosen }] : [];
    });
}

function weightOf({ chosen }: Pooled, { picks }: Selection): number {
  return 1 / (picks.length * chosen.length);
}

function summarize(
  pool: readonly Pooled[],
  selection: Selection,
  [[{ prepared, spec }]]: readonly (readonly TrainedNetwork[])[],
): SelectionSummary {
  const { picks, best, score, scores } = selection;
  return {
    scoreName: scoreOf(engineLoss(spec.training), prepared.target).name,
    score,
    selected: picks.flatMap((pick) =>
      pool[pick].chosen.map(({ from: { member, fold }, snapshot: { epoch } }) => ({
        ...{ member, fold, epoch, weight: weightOf(pool[pick], selection) },
      })),
    ),
    members: best
      .filter((index) => index !== null)
      .map((index) => ({ member: pool[index].member, epoch: pool[index].epoch, score: scores[index] })),
  };
}

/** All folds together have trained on every row that validates one of them. */
function withoutFolds(split: PackedSplit): PackedSplit {
  const { training, validation, test } = rowsOfParts(split);
  return packSplit(sortedSplits({ training: [training, validation], validation: [], test: [test] }), split.rows);
}

type OpenedNetwork = Omit<SelectedNetwork, 'weight' | 'score'>;

/** Loads a snapshot with its temperature into a network with the rows of its member. */
function openNetwork<Result>(
  { from: { member, fold, prepared, spec }, snapshot: { epoch, temperature, parameters } }: Chosen,
  createKernels: CreateKernels,
  use: (run: Run, opened: OpenedNetwork) => Result,
): Result {
  const control = { threads: () => 1 };
  return withRun(prepared, { spec, createKernels, control }, (run, network) => {
    const { trainer } = run;
    trainer.restore(parameters);
    const layers = completeLayers(network);
    trainer.writeParameters(divideOutputs(trainer.readParameters(), layers.length, temperature));
    return use(run, {
      ...{ member, fold, epoch, temperature, layers },
      features: prepared.features,
      embedding: network.embedding,
      loss: engineLoss(spec.training),
      parameters: trainer.readParameters(),
    });
  });
}

/** Dividing W and b of the linear output layer divides the logits. */
function divideOutputs(parameters: readonly Parameter[], layers: number, temperature: number): readonly Parameter[] {
  if (temperature === 1) return parameters;
  const outputs = parameters.filter(({ layer }) => layer === layers);
  return outputs.map((parameter) => ({ ...parameter, values: parameter.values.map((value) => value / temperature) }));
}

/**
 * Sums the predictions of networks for the rows of every part. With folds, a row has a mean of the
 * networks that were trained on it, and one of those that were not.
 */
function createMeans(tableRows: number) {
  const sums = new Map<SplitName, { readonly values: Float64Array; readonly counts: Int32Array }>();
  let outputs = 1;
  const sumsOf = (part: SplitName) => {
    const known = sums.get(part);
    if (known !== undefined) return known;
    const created = { values: new Float64Array(tableRows * outputs), counts: new Int32Array(tableRows) };
    sums.set(part, created);
    return created;
  };
  return {
    add(run: Run): void {
      outputs = run.trainer.outputs;
      const rows = rowsOfParts(run.prepared.split);
      for (const part of PARTS) {
        const { predictions } = predictSplit(run, part, run.trainer.evaluateModel);
        const { values, counts } = sumsOf(part);
        for (const [i, row] of rows[part].entries()) {
          counts[row] += 1;
          for (let k = 0; k < outputs; k++) values[row * outputs + k] += predictions[i * outputs + k];
        }
      }
    },
    measure(prepared: Prepared, spec: TrainingSpec): Outcome['metrics'] {
      const of = (part: SplitName) => {
        const { values, counts } = sumsOf(part);
        const rows = Int32Array.from(counts.keys()).filter((row) => counts[row] > 0);
        const means = new Float64Array(rows.length * outputs);
        for (const [i, row] of rows.entries())
          for (let k = 0; k < outputs; k++) means[i * outputs + k] = values[row * outputs + k] / counts[row];
        return measureRows(means, outputs, { prepared, spec, rows });
      };
      return { training: of('training'), validation: of('validation'), test: of('test') };
    },
  };
}

interface MeasuredRows {
  readonly prepared: Prepared;
  readonly spec: TrainingSpec;
  /** Of the table, ascending. */
  readonly rows: Int32Array;
}

/** The metrics of the mean predictions; null without rows. */
function measureRows(
  predictions: Float64Array,
  outputs: number,
  { prepared, spec, rows }: MeasuredRows,
): Metrics | null {
  if (rows.length === 0) return null;
  const { target, split } = prepared;
  const places = placesOf(split);
  const ofRows = (values: Float64Array) => Float64Array.from(rows, (row) => values[places[row]]);
  const T = ofRows(prepared.T);
  const lossWeights = weightsOf(prepared, resolveClassWeights(spec.training.classWeights, prepared));
  const weights = lossWeights && ofRows(lossWeights);
  const total = scoreOf(engineLoss(spec.training), target).total(
    scoredValues(predictions, outputs, { T, target }),
    T,
    weights,
  );
  return measure({
    target,
    targets: { actual: ofRows(prepared.actual), weights: prepared.weights && ofRows(prepared.weights) },
    predictions,
    loss: total / (weights?.reduce((sum, weight) => sum + weight, 0) ?? T.length),
  });
}

/** The position of each row of the table among the prepared rows. */
function placesOf(split: PackedSplit): Int32Array {
  const { training, validation, test } = rowsOfParts(split);
  const places = new Int32Array(split.rows);
  for (const [place, row] of concat([training, validation, test]).entries()) places[row] = place;
  return places;
}

/** Members warn of the same columns. */
function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.code} ${warning.column}`, warning])).values()];
}
