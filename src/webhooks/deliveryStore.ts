import { randomBytes } from 'node:crypto';
import { isoTime } from '../kit/clock.ts';
import type { Queries } from '../store/database/database.ts';
import { fromJson, toJson } from '../store/database/json.ts';
import type { WebhookEvent } from './schemas.ts';

export interface NewDelivery {
  readonly project: string;
  readonly type: WebhookEvent;
  /** What the message says about its subject; JSON values only. */
  readonly data: object;
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * Adds a pending delivery for each webhook of the project that subscribes to the event, within the
 * caller's transaction: the one that changes the state. A delivery then exists if and only if the
 * change does.
 */
export async function enqueueDeliveries(queries: Queries, { project, type, data, at }: NewDelivery): Promise<void> {
  const webhooks = await queries
    .selectFrom('webhooks')
    .select(['id', 'events'])
    .where('project', '=', project)
    .orderBy('id')
    .execute();
  const subscribed = webhooks.filter(({ events }) => fromJson<readonly string[]>(events).includes(type));
  if (subscribed.length === 0) return;
  const payload = toJson({ type, timestamp: isoTime(at), data });
  const rows = subscribed.map(({ id }) => ({
    id: newMessageId(at),
    webhookId: id,
    type,
    payload,
    state: 'pending' as const,
    attempts: 0,
    nextAt: at,
    createdAt: at,
  }));
  await queries.insertInto('deliveries').values(rows).execute();
}

/**
 * A new id of a delivery. Ids sort by time: 48 bits of `now` in milliseconds, then 80 random bits,
 * both in hexadecimal.
 */
export function newMessageId(now: number): string {
  return `msg_${now.toString(16).padStart(12, '0')}${randomBytes(10).toString('hex')}`;
}
