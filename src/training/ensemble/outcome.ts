import type { CreateKernels } from '../../engine/kernels/kernels.ts';
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
import type { SplitName } from '../split/splits.ts';
import { scoredValues, scoreOf } from './score.ts';
import { type Selection, selectCandidates } from './selection.ts';
import { type Snapshot, scoredRows } from './snapshots.ts';

/** A member whose snapshots may be selected. */
export interface TrainedMember {
  /** From 1. */
  readonly member: number;
  readonly spec: TrainingSpec;
  readonly prepared: Prepared;
  readonly snapshots: readonly Snapshot[];
}

/** A network of the model. */
export interface SelectedNetwork extends Pick<Outcome, 'features' | 'embedding' | 'layers' | 'loss' | 'parameters'> {
  /** From 1. */
  readonly member: number;
  readonly epoch: number;
  /** Its share of the mean. */
  readonly weight: number;
  /** The logits of the network were divided by it: W and b of the output layer have it. */
  readonly temperature: number;
  /** Its own score on the validation rows. */
  readonly score: number;
}

/** What was selected from the snapshots. */
export interface SelectionSummary {
  /** Names the score, such as "validation RMSE". */
  readonly scoreName: string;
  /** Of the mean of all selected networks. */
  readonly score: number;
  readonly selected: readonly { readonly member: number; readonly epoch: number; readonly weight: number }[];
  /** Each member with snapshots, and its best one. */
  readonly members: readonly { readonly member: number; readonly epoch: number; readonly score: number }[];
}

/** The result of an ensemble job. Plain data, to be sent between threads. */
export interface EnsembleOutcome extends Pick<Outcome, 'target' | 'metrics' | 'split' | 'warnings'> {
  readonly networks: readonly SelectedNetwork[];
  readonly summary: SelectionSummary;
}

interface Chosen {
  readonly from: TrainedMember;
  readonly snapshot: Snapshot;
}

const PARTS: readonly SplitName[] = ['training', 'validation', 'test'];

/** Selects from the snapshots of all members. There must be at least one snapshot. */
export function selectSnapshots(members: readonly TrainedMember[], maxSelected: number): SelectionSummary {
  return summarize(poolOf(members), select(members, maxSelected), members);
}

/** Selects from the snapshots, and measures the mean of the selected networks on every split. */
export function combineSnapshots(
  members: readonly TrainedMember[],
  maxSelected: number,
  createKernels: CreateKernels,
): EnsembleOutcome {
  const pool = poolOf(members);
  const selection = select(members, maxSelected);
  const means = createMeans();
  const networks = selection.picks.map((pick) =>
    openNetwork(pool[pick], createKernels, (run, opened) => {
      means.add(run);
      return { ...opened, weight: 1 / selection.picks.length, score: selection.scores[pick] };
    }),
  );
  const [{ spec, prepared }] = members;
  const { target, split } = prepared;
  return {
    networks,
    target,
    split,
    metrics: means.measure(prepared, spec),
    warnings: distinct(members.flatMap((member) => member.prepared.warnings)),
    summary: summarize(pool, selection, members),
  };
}

function select(members: readonly TrainedMember[], maxSelected: number): Selection {
  const candidates = poolOf(members).map(({ from, snapshot }) => ({ ...snapshot, member: from.member - 1 }));
  const [{ prepared, spec }] = members;
  return selectCandidates(candidates, scoredRows(prepared, spec), maxSelected);
}

/** First epochs, which may be incomplete, count only if there are no others. */
function poolOf(members: readonly TrainedMember[]): readonly Chosen[] {
  const all = members.flatMap((from) => from.snapshots.map((snapshot) => ({ from, snapshot })));
  const later = all.filter(({ snapshot }) => snapshot.epoch > 1);
  return later.length > 0 ? later : all;
}

function summarize(
  pool: readonly Chosen[],
  { picks, best, score, scores }: Selection,
  [{ prepared, spec }]: readonly TrainedMember[],
): SelectionSummary {
  const placeOf = (index: number) => ({ member: pool[index].from.member, epoch: pool[index].snapshot.epoch });
  return {
    scoreName: scoreOf(engineLoss(spec.training), prepared.target).name,
    score,
    selected: picks.map((pick) => ({ ...placeOf(pick), weight: 1 / picks.length })),
    members: best.filter((index) => index !== null).map((index) => ({ ...placeOf(index), score: scores[index] })),
  };
}

type OpenedNetwork = Omit<SelectedNetwork, 'weight' | 'score'>;

/** Loads a snapshot with its temperature into a network with the rows of its member. */
function openNetwork<Result>(
  { from: { member, prepared, spec }, snapshot: { epoch, temperature, parameters } }: Chosen,
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
      ...{ member, epoch, temperature, layers },
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

/** Sums the predictions of networks for every split. */
function createMeans() {
  const sums: Partial<Record<SplitName, Float64Array>> = {};
  let count = 0;
  let outputs = 1;
  return {
    add(run: Run): void {
      count += 1;
      outputs = run.trainer.outputs;
      for (const part of PARTS) {
        const { predictions } = predictSplit(run, part, run.trainer.evaluateModel);
        const before = sums[part];
        sums[part] = before ? predictions.map((value, i) => value + before[i]) : predictions;
      }
    },
    measure(prepared: Prepared, spec: TrainingSpec): Outcome['metrics'] {
      const of = (part: SplitName) => {
        const means = (sums[part] ?? new Float64Array(0)).map((sum) => sum / count);
        return measurePart(means, outputs, { prepared, spec, part });
      };
      return { training: of('training'), validation: of('validation'), test: of('test') };
    },
  };
}

interface Part {
  readonly prepared: Prepared;
  readonly spec: TrainingSpec;
  readonly part: SplitName;
}

/** The metrics of the mean predictions; null for a part without rows. */
function measurePart(predictions: Float64Array, outputs: number, { prepared, spec, part }: Part): Metrics | null {
  const { rows, target } = prepared;
  if (rows[part] === 0) return null;
  const first = PARTS.slice(0, PARTS.indexOf(part)).reduce((sum, before) => sum + rows[before], 0);
  const ofPart = (values: Float64Array) => values.subarray(first, first + rows[part]);
  const T = ofPart(prepared.T);
  const lossWeights = weightsOf(prepared, resolveClassWeights(spec.training.classWeights, prepared));
  const weights = lossWeights && ofPart(lossWeights);
  const total = scoreOf(engineLoss(spec.training), target).total(
    scoredValues(predictions, outputs, { T, target }),
    T,
    weights,
  );
  return measure({
    target,
    targets: { actual: ofPart(prepared.actual), weights: prepared.weights && ofPart(prepared.weights) },
    predictions,
    loss: total / (weights?.reduce((sum, weight) => sum + weight, 0) ?? T.length),
  });
}

/** Members warn of the same columns. */
function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.code} ${warning.column}`, warning])).values()];
}
