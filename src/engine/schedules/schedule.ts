/** The training that a schedule is for. */
export interface ScheduleContext {
  /** The optimizer's own rate, which schedules start from or rise to. */
  readonly learningRate: number;
  /** Steps of the whole training. */
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

/** Gives every step its learning rate. */
export interface Schedule {
  /** The rate of a step; steps count from 0. */
  rate(step: number): number;
  /** Reports the loss of an epoch; lower is better. */
  observe(loss: number): void;
  /** The state, from which `restore` resumes. */
  state(): readonly number[];
  restore(state: readonly number[]): void;
}

/** A schedule that depends on the step alone. */
export function scheduleOf(rate: Schedule['rate']): Schedule {
  return { rate, observe: () => {}, state: () => [], restore: () => {} };
}
