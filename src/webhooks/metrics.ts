import { sql } from 'kysely';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Database } from '../store/database/database.ts';

/** Counts the calls to webhooks; what is owed is counted in the database when the figures are read. */
export function createWebhookMetrics(registry: Registry, database: Database): Counter<'outcome'> {
  new Gauge({
    name: 'trainyard_webhook_deliveries_pending',
    help: 'Deliveries to webhooks that are still owed.',
    registers: [registry],
    async collect() {
      const { pending } = await database
        .selectFrom('deliveries')
        .select((eb) => eb.fn.countAll<number>().as('pending'))
        // Written out, so that the partial index of what is due serves it.
        .where('state', '=', sql.lit('pending'))
        .executeTakeFirstOrThrow();
      this.set(pending);
    },
  });
  return new Counter({
    name: 'trainyard_webhook_calls_total',
    help: 'Calls to webhooks, by what came of them: `delivered`, `postponed` to another try, or `given_up`.',
    labelNames: ['outcome'],
    registers: [registry],
  });
}
