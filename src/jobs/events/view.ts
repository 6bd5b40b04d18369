import { isoTime } from '../../kit/clock.ts';
import type { ToldEvent } from '../../notifications/follow.ts';
import { formatPosition } from './position.ts';
import type { EventTold, Told } from './store.ts';

/** An event of one job's sequence. */
export function eventView(jobId: string, told: Told): ToldEvent {
  const id = formatPosition(told);
  if (told.type !== 'epoch') return { id, type: told.type, data: dataOf(jobId, told) };
  const { epoch, step, trainingLoss, validationLoss, metrics, learningRate, seconds } = told;
  const loss = { epoch, step, trainingLoss, validationLoss, metrics: JSON.parse(metrics), learningRate, seconds };
  return { id, type: told.type, data: JSON.stringify({ jobId, ...loss }) };
}

/** An event of the sequence of all jobs. */
export function eventOfAnyView(told: EventTold & { readonly jobId: string }): ToldEvent {
  return { id: String(told.event), type: told.type, data: dataOf(told.jobId, told) };
}

function dataOf(jobId: string, { data, createdAt }: EventTold): string {
  return JSON.stringify({ jobId, ...JSON.parse(data), at: isoTime(createdAt) });
}
