import type { Numbers } from '../../engine/matrix.ts';
import { resolveClassWeights } from '../classWeights.ts';
import type { EvaluatedEpoch } from '../loop/epochs.ts';
import { weightsOf } from '../loop/preparedRows.ts';
import { engineLoss, outputsFor } from '../losses.ts';
import type { Allocate, Prepared } from '../prepare.ts';
import { invalidSpec } from '../schemas/invalidSpec.ts';
import type { TrainingSpec } from '../schemas/spec.ts';
import { scoredValues, scoreOf } from './score.ts';
import type { Candidate, ScoredRows } from './selection.ts';
import { applyTemperature, fitTemperature } from './temperature.ts';

/** A member after one epoch: a network that may become a part of the model. */
export interface Snapshot extends Omit<Candidate, 'member'> {
  readonly values: Float32Array;
  /** Parameters and running statistics, as `Trainer.restore` reads them. */
  readonly parameters: Numbers;
  /** Divides the logits; 1 for a network without smoothed labels. */
  readonly temperature: number;
}

/** Epochs of a member that are stored, about: later ones differ little from their neighbours. */
const SNAPSHOTS = 40;

/** Whether the network is stored after this epoch of at most `epochs`. */
export function storesEpoch(epoch: number, epochs: number): boolean {
  return epoch === 1 || epoch % Math.ceil(epochs / SNAPSHOTS) === 0;
}

/** The largest number of snapshots of a training of `epochs` epochs. */
export function countSnapshots(epochs: number): number {
  return 1 + Math.floor(epochs / Math.ceil(epochs / SNAPSHOTS));
}

/** Copies the network of a member into memory of `allocate`, and fits its temperature. */
export function makeSnapshot(
  { epoch, predictions, snapshot }: EvaluatedEpoch,
  prepared: Prepared,
  { training }: TrainingSpec,
  allocate: Allocate,
): Snapshot {
  const rows = validationRows(prepared, training);
  const { target } = prepared;
  const outputs = outputsFor(engineLoss(training), target.kind === 'classes' ? target.classes.length : 1);
  const classified = { probabilities: predictions, outputs, ...rows };
  const temperature = training.labelSmoothing > 0 ? fitTemperature(classified) : 1;
  const calibrated = temperature === 1 ? predictions : applyTemperature(classified, temperature);
  return {
    epoch,
    temperature,
    parameters: copyOf(snapshot(), allocate),
    values: copyOf(scoredValues(calibrated, outputs, { ...rows, target }), allocate),
  };
}

/**
 * The validation rows as a selection weights them. Throws `invalid_spec` if there are none.
 */
export function scoredRows(prepared: Prepared, { training }: TrainingSpec): ScoredRows {
  if (prepared.rows.validation === 0) {
    const message = 'The split has no validation rows, and an ensemble is selected on them. Use another split.';
    throw invalidSpec('/split', message);
  }
  return { ...validationRows(prepared, training), score: scoreOf(engineLoss(training), prepared.target) };
}

function validationRows(prepared: Prepared, { classWeights }: TrainingSpec['training']) {
  const { T, rows } = prepared;
  const weights = weightsOf(prepared, resolveClassWeights(classWeights, prepared));
  const [first, end] = [rows.training, rows.training + rows.validation];
  return { T: T.subarray(first, end), weights: weights?.subarray(first, end) ?? null };
}

function copyOf<Values extends Numbers>(values: Values, allocate: Allocate): Values {
  const memory = allocate(values.byteLength);
  const copy = values instanceof Float64Array ? new Float64Array(memory) : new Float32Array(memory);
  copy.set(values);
  // The copy has the same type as the values.
  return copy as Values;
}
