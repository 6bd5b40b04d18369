import { isoTime } from '../../kit/clock.ts';
import type { StreamEvent } from '../../notifications/follow.ts';
import { fromJson } from '../../store/database/json.ts';
import { formatPosition } from './position.ts';
import type { JobEvent, LoggedEvent } from './store.ts';

/** An event of one job's sequence. */
export function eventView(jobId: string, event: JobEvent): StreamEvent {
  const id = formatPosition(event);
  if (event.type !== 'epoch') return { id, type: event.type, data: dataOf(jobId, event) };
  const { epoch, step, trainingLoss, validationLoss, metrics, learningRate, seconds } = event;
  const loss = { epoch, step, trainingLoss, validationLoss, metrics: fromJson(metrics), learningRate, seconds };
  return { id, type: event.type, data: JSON.stringify({ jobId, ...loss }) };
}

/** An event of the sequence of all jobs. */
export function anyJobEventView(event: LoggedEvent & { readonly jobId: string }): StreamEvent {
  return { id: String(event.event), type: event.type, data: dataOf(event.jobId, event) };
}

function dataOf(jobId: string, { data, createdAt }: LoggedEvent): string {
  return JSON.stringify({ jobId, ...fromJson<object>(data), at: isoTime(createdAt) });
}
