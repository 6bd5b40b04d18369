import { isoTime } from '../kit/clock.ts';
import { fromJson } from '../store/database/json.ts';
import type { WebhookRow } from '../store/database/tables.ts';
import type { DeliveryView, Webhook } from './schemas.ts';
import type { Delivery } from './store.ts';

/** A webhook as the API returns it, without its secret. */
export function webhookView({ id, url, events, createdAt }: Omit<WebhookRow, 'project'>): Webhook {
  return { id, url, events: fromJson(events), createdAt: isoTime(createdAt) };
}

export function deliveryView(row: Delivery): DeliveryView {
  const { id, type, state, attempts, status, error, milliseconds } = row;
  return {
    ...{ id, type, state, attempts, status, error, milliseconds },
    nextAttemptAt: timeOrNull(row.nextAt),
    payload: fromJson(row.payload),
    createdAt: isoTime(row.createdAt),
    finishedAt: timeOrNull(row.finishedAt),
  };
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : isoTime(ms);
}
