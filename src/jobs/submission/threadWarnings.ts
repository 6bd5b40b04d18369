import type { Warning } from '../../kit/warning.ts';
import type { TrainingSettings } from '../../training/schemas/training.ts';

/** What the jobs run on. */
export interface Machine {
  readonly cores: number;
  /** How many of them one job can use: its kernels may play on one alone. */
  readonly coresOfJob: number;
  /** What the jobs that run may take of memory together. */
  readonly memoryBytes: number;
}

/** A spec moves between machines as it is, so more threads than there are is no mistake: the bits are the same. */
export function threadWarnings(
  { threads }: TrainingSettings,
  { cores, coresOfJob }: Omit<Machine, 'memoryBytes'>,
): readonly Warning[] {
  if (threads === 'auto' || threads <= coresOfJob) return [];
  const reason = coresOfJob < cores ? 'the kernels of this service use one core for a job' : coresOfMachine(cores);
  const message = `training.threads is ${threads}, but ${reason}: the training uses ${coresOfJob} at most. Its result is the same.`;
  return [{ code: 'fewer_threads', message }];
}

function coresOfMachine(cores: number): string {
  return `this machine has ${cores} ${cores === 1 ? 'core' : 'cores'}`;
}
