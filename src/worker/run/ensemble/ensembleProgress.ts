import type { Clock } from '../../../kit/clock.ts';
import type { RunPlan } from '../../../training/report.ts';
import { createRate, type Progress, round } from '../progress.ts';

/** The training of a network as planned: its work is in seconds of one core, estimated. */
export interface PlannedMember {
  readonly epochs: number;
  readonly secondsPerEpoch: number;
}

/** The progress of one network. */
export interface MemberProgress {
  /** Null before the training has started. */
  plan: RunPlan | null;
  /** Complete epochs. */
  epoch: number;
  step: number;
  /** Whether its training is over: early stopping leaves no work. */
  isOver: boolean;
}

/**
 * Returns a function that computes the progress of an ensemble: the work that is done over the
 * work that is planned.
 */
export function createEnsembleProgress(
  planned: readonly PlannedMember[],
  members: readonly MemberProgress[],
  clock: Clock,
): () => Progress {
  const total = planned.reduce((sum, { epochs, secondsPerEpoch }) => sum + epochs * secondsPerEpoch, 0);
  const workDone = () =>
    planned.reduce((sum, { epochs, secondsPerEpoch }, index) => {
      const { isOver, plan, epoch, step } = members[index];
      const epochsDone = plan === null ? epoch : step / plan.stepsPerEpoch;
      return sum + secondsPerEpoch * (isOver ? epochs : Math.min(epochs, epochsDone));
    }, 0);
  const rowsDone = () =>
    members.reduce((sum, { plan, step }) => {
      if (plan === null) return sum;
      return sum + ((step - plan.done.steps) * plan.rowsPerEpoch) / plan.stepsPerEpoch;
    }, 0);
  const workRate = createRate(workDone(), clock);
  const rowRate = createRate(rowsDone(), clock);
  return () => {
    const work = workDone();
    const workPerMs = workRate(work);
    return {
      epoch: members.reduce((sum, { epoch }) => sum + epoch, 0),
      epochs: planned.reduce((sum, { epochs }) => sum + epochs, 0),
      step: members.reduce((sum, { step }) => sum + step, 0),
      fraction: round(work / total, 4),
      rowsPerSecond: Math.max(0, Math.round(rowRate(rowsDone()) * 1000)),
      etaSeconds: workPerMs <= 0 ? null : round((total - work) / workPerMs / 1000, 1),
    };
  };
}
