import { LOSSES } from '../../engine/losses/losses.ts';
import type { Trainer } from '../../engine/network/trainer.ts';
import { resolveClassWeights } from '../classWeights.ts';
import { weightsOf } from '../loop/preparedRows.ts';
import type { Prepared } from '../prepare.ts';
import { lossName } from '../resolve/loss.ts';
import type { TrainingSpec } from '../schemas/spec.ts';

/**
 * Sets b of the output layer to the logits of the shares of the classes in the training rows, so
 * that no step is spent on learning them. A network of few rows has too few steps for a rare class.
 */
export function startAtClassShares(trainer: Trainer, prepared: Prepared, { training }: TrainingSpec): void {
  const { target } = prepared;
  if (target.kind !== 'classes') return;
  const shares = classShares(prepared, target.classes.length, training);
  const { outputsOf } = LOSSES[lossName(training.loss)].link;
  const values = outputsOf(Float64Array.from(shares, Math.log));
  const bias = trainer
    .readParameters()
    .filter(({ name }) => name === 'b')
    .at(-1);
  if (bias !== undefined) trainer.writeParameters([{ ...bias, values }]);
}

/** The weighted share of each class, as if it had one more row of mean weight. */
function classShares(prepared: Prepared, classes: number, training: TrainingSpec['training']): readonly number[] {
  const { T, rows } = prepared;
  const weights = weightsOf(prepared, resolveClassWeights(training.classWeights, prepared));
  const sums = Array.from({ length: classes }, () => 0);
  for (let row = 0; row < rows.training; row++) sums[T[row]] += weights?.[row] ?? 1;
  const total = sums.reduce((sum, each) => sum + each, 0);
  const one = total / rows.training;
  return sums.map((sum) => (sum + one / classes) / (total + one));
}
