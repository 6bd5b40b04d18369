import type { Warning } from '../../kit/warning.ts';
import type { TrainingSpec } from '../../training/schemas/spec.ts';

/** The machine on which the jobs run. */
export interface Machine {
  readonly cores: number;
  /** The number of cores that one job can use: some kernels use one only. */
  readonly coresOfJob: number;
  /** The memory limit of all running jobs together. */
  readonly memoryBytes: number;
}

/**
 * More threads than cores are a warning, not an issue: a spec can move between machines, and the
 * results are the same bits.
 */
export function threadWarnings(
  trainings: readonly Pick<TrainingSpec, 'training'>[],
  { cores, coresOfJob }: Omit<Machine, 'memoryBytes'>,
): readonly Warning[] {
  const counts = trainings.map(({ training: { threads } }) => (threads === 'auto' ? 1 : threads));
  const threads = Math.max(...counts);
  if (threads <= coresOfJob) return [];
  const reason = coresOfJob < cores ? 'the kernels of this service use one core for a job' : coresOfMachine(cores);
  const message = `training.threads is ${threads}, but ${reason}: the training uses ${coresOfJob} at most. Its result is the same.`;
  return [{ code: 'fewer_threads', message }];
}

function coresOfMachine(cores: number): string {
  return `this machine has ${cores} ${cores === 1 ? 'core' : 'cores'}`;
}
