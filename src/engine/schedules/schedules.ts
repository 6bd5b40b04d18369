import type { SpecOf } from '../options.ts';
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { exponential } from './exponential.ts';
import { oneCycle } from './oneCycle.ts';
import { plateau } from './plateau.ts';
import type { Schedule, ScheduleContext } from './schedule.ts';
import { step } from './step.ts';

/** Every schedule by name. */
export const SCHEDULES = { constant, step, exponential, cosine, oneCycle, plateau };

export type ScheduleSpec = SpecOf<typeof SCHEDULES>;

/**
 * The schedule of one training. Throws TypeError for an unknown option, RangeError for an invalid
 * value.
 */
export function createSchedule(spec: ScheduleSpec, context: ScheduleContext): Schedule {
  return SCHEDULES[spec.type].create(spec)(context);
}
