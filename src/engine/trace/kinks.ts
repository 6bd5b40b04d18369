import type { Activation } from '../kernels/kernels.ts';
import { LOSSES, type LossSpec } from '../losses/losses.ts';
import type { Passes } from './passes.ts';

/**
 * The input at which the slope or the curvature of an activation jumps. A difference across it is
 * not the derivative. softplus is the identity above 20, as in torch.nn; mish uses softplus.
 */
const KINKS: Partial<Record<Activation, number>> = {
  relu: 0,
  leakyRelu: 0,
  elu: 0,
  selu: 0,
  softplus: 20,
  mish: 20,
};

/** The side of each kink that each number of the last forward pass is on. */
export function sidesOfKinks({ kernels: { values }, plan, loss, m }: Passes): Int8Array {
  const sides: number[] = [];
  for (const { activation: planned, outputs } of plan.chain) {
    const kink = planned === undefined ? undefined : KINKS[planned.activation];
    if (planned === undefined || kink === undefined) continue;
    for (let e = planned.Y; e < planned.Y + outputs * m; e++) sides.push(Math.sign(values[e] - kink));
  }
  const sideOf = lossSide(loss);
  if (sideOf === null) return Int8Array.from(sides);
  const { A, batch, outputs } = plan;
  for (let e = 0; e < outputs * m; e++) sides.push(sideOf(values[A + e] - values[batch.T + e]));
  return Int8Array.from(sides);
}

/** The side of the loss's kink, by the error y - t; null: the loss has no kink. */
function lossSide(loss: LossSpec): ((error: number) => number) | null {
  if (loss.type === 'mae' || loss.type === 'quantile') return Math.sign;
  if (loss.type !== 'huber') return null;
  const delta = loss.delta ?? LOSSES.huber.defaults.delta;
  return (error) => Math.sign(Math.abs(error) - delta);
}
