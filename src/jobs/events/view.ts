import { isoTime } from '../../kit/clock.ts';
import { formatPosition } from './position.ts';
import type { EventTold, Told } from './store.ts';

/** An event as clients see it; its data is JSON. */
export interface JobEvent {
  readonly id: string;
  readonly type: 'state' | 'epoch' | 'log';
  readonly data: string;
}

/** An event of one job's sequence. */
export function eventView(jobId: string, told: Told): JobEvent {
  const id = formatPosition(told);
  if (told.type !== 'epoch') return { id, type: told.type, data: dataOf(jobId, told) };
  const { epoch, step, trainingLoss, validationLoss, metrics, learningRate, seconds } = told;
  const loss = { epoch, step, trainingLoss, validationLoss, metrics: JSON.parse(metrics), learningRate, seconds };
  return { id, type: told.type, data: JSON.stringify({ jobId, ...loss }) };
}

/** An event of the sequence of all jobs. */
export function eventOfAnyView(told: EventTold & { readonly jobId: string }): JobEvent {
  return { id: String(told.event), type: told.type, data: dataOf(told.jobId, told) };
}

function dataOf(jobId: string, { data, createdAt }: EventTold): string {
  return JSON.stringify({ jobId, ...JSON.parse(data), at: isoTime(createdAt) });
}
