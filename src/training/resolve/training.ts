import type { CompleteLayer } from '../../engine/layers/layerSpec.ts';
import { minRowsOf } from '../../engine/layers/layers.ts';
import { type Monitor, measures } from '../schemas/monitors.ts';
import type { EmbeddingSettings } from '../schemas/network.ts';
import { DEFAULT_SEED } from '../schemas/seed.ts';
import type { SpecRequest } from '../schemas/spec.ts';
import type { Split } from '../schemas/split.ts';
import type { Task } from '../schemas/task.ts';
import type { TrainingSettings } from '../schemas/training.ts';
import { unknownClasses } from './classNames.ts';
import type { DefaultTraining } from './defaults.ts';
import { sizedEmbedding } from './embedding.ts';
import type { Issues } from './issues.ts';
import { lossName, resolveLoss } from './loss.ts';
import { optimizerErrors, resolveOptimizer } from './optimizer.ts';
import { type ColumnShape, classesOf } from './shape.ts';

/** The parts of a spec that its training must suit. */
interface TrainingContext {
  readonly task: Task;
  readonly target: ColumnShape;
  readonly split: Split;
  readonly embedding: EmbeddingSettings | null;
  /** The hidden layers. */
  readonly layers: readonly CompleteLayer[];
}

/** The training with every default filled in, checked against task, target, split and layers. */
export function resolveTraining(
  request: NonNullable<SpecRequest['training']>,
  defaults: DefaultTraining,
  { task, target, split, embedding, layers }: TrainingContext,
  issues: Issues,
): TrainingSettings {
  const { batchSize = defaults.batchSize, epochs = defaults.epochs } = request;
  const training: TrainingSettings = {
    loss: resolveLoss(request.loss, task, target, issues),
    optimizer: resolveOptimizer(request.optimizer ?? defaults.optimizer),
    averaging: request.averaging === undefined ? defaults.averagingFor({ batchSize, epochs }) : request.averaging,
    batchSize,
    epochs,
    schedule: request.schedule ?? defaults.schedule,
    l1: request.l1 ?? 0,
    l2: request.l2 ?? 0,
    clipGradientNorm: request.clipGradientNorm === undefined ? defaults.clipGradientNorm : request.clipGradientNorm,
    labelSmoothing: request.labelSmoothing ?? 0,
    classWeights: request.classWeights ?? null,
    earlyStopping: request.earlyStopping === undefined ? defaults.earlyStopping : request.earlyStopping,
    precision: request.precision ?? 'float32',
    threads: request.threads ?? 'auto',
    seed: request.seed ?? DEFAULT_SEED,
  };
  checkClassOptions(training, { task, target }, issues);
  checkBatchSize(training, layers, issues);
  checkOptimizer(training, { embedding, layers }, issues);
  checkMonitor(training.earlyStopping?.metric, task, split, issues);
  return training;
}

function checkClassOptions(
  { labelSmoothing, classWeights, loss }: TrainingSettings,
  { task, target }: { readonly task: Task; readonly target: ColumnShape },
  issues: Issues,
): void {
  if (task !== 'regression') {
    checkClassNames(classWeights, target, issues);
    return;
  }
  if (labelSmoothing > 0)
    issues.add('/training/labelSmoothing', `The loss '${lossName(loss)}' has no labels to smooth.`);
  if (classWeights !== null) issues.add('/training/classWeights', 'A regression has no classes.');
}

/** If the profile does not list all classes, the submission or the run checks them. */
function checkClassNames(classWeights: TrainingSettings['classWeights'], target: ColumnShape, issues: Issues): void {
  const classes = classesOf(target);
  if (classes === undefined || classWeights === null || classWeights === 'balanced') return;
  for (const { path, message } of unknownClasses(Object.keys(classWeights), classes)) issues.add(path, message);
}

function checkBatchSize({ batchSize }: TrainingSettings, layers: readonly CompleteLayer[], issues: Issues): void {
  const minRows = Math.max(1, ...layers.map(minRowsOf));
  if (batchSize === 'full' || batchSize >= minRows) return;
  issues.add(
    '/training/batchSize',
    `Batch normalization needs at least ${minRows} rows a step, got a batchSize of ${batchSize}. Use a larger one, or the normalization 'layer'.`,
  );
}

/** The names of parameters do not depend on the number of inputs and outputs. */
function checkOptimizer(
  { optimizer }: TrainingSettings,
  { embedding, layers }: Pick<TrainingContext, 'embedding' | 'layers'>,
  issues: Issues,
): void {
  const output = { units: 1, activation: 'linear' as const };
  const network = { inputs: 1, embedding: sizedEmbedding(embedding, 1), layers: [...layers, output] };
  for (const { path, message } of optimizerErrors(optimizer, network))
    issues.add(`/training/optimizer${path}`, message);
}

function checkMonitor(metric: Monitor | undefined, task: Task, split: Split, issues: Issues): void {
  if (metric === undefined) return;
  if (!measures(task, metric)) {
    issues.add('/training/earlyStopping/metric', `A ${task} target has no ${metric}.`);
  }
  if (split.method !== 'column' && split.validation === 0 && metric !== 'validationLoss') {
    issues.add('/training/earlyStopping/metric', 'There are no validation rows to measure: split.validation is 0.');
  }
}
