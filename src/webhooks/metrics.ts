import { Counter, Gauge, type Registry } from 'prom-client';
import type { OutboxStore } from './outboxStore.ts';

/**
 * Registers the gauge of pending deliveries, which is read from the database, and returns the
 * counter of calls.
 */
export function createWebhookMetrics(
  registry: Registry,
  outbox: Pick<OutboxStore, 'countPending'>,
): Counter<'outcome'> {
  new Gauge({
    name: 'trainyard_webhook_deliveries_pending',
    help: 'Deliveries to webhooks that are pending.',
    registers: [registry],
    async collect() {
      this.set(await outbox.countPending());
    },
  });
  return new Counter({
    name: 'trainyard_webhook_calls_total',
    help: 'Calls to webhooks by outcome: `delivered`, `postponed` to another attempt, or `given_up`.',
    labelNames: ['outcome'],
    registers: [registry],
  });
}
