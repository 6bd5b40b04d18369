import type { Selectable } from 'kysely';
import type { Database } from '../store/database.ts';
import type { DeliveryRow, WebhookRow } from '../store/tables.ts';

export type Delivery = Selectable<DeliveryRow>;

/** A page of rows, newest first: those before an id, and one more than are shown, which tells whether there is a next page. */
export interface Slice {
  readonly before: string | undefined;
  readonly limit: number;
}

/** Queries about the webhooks of one project. */
export interface WebhookStore {
  /** False, and nothing is written, when the project has `most` already. */
  insert(webhook: Omit<WebhookRow, 'project'>, most: number): Promise<boolean>;
  find(id: string): Promise<WebhookRow | undefined>;
  list(slice: Slice): Promise<readonly WebhookRow[]>;
  /** What is undefined stays. */
  change(id: string, change: { readonly url: string | undefined; readonly events: string | undefined }): Promise<void>;
  /** With its deliveries. False: there is none. */
  remove(id: string): Promise<boolean>;
  /** Inserts a delivery that has been made. Does nothing when the webhook was deleted meanwhile. */
  addDelivery(delivery: Delivery): Promise<void>;
  deliveries(webhookId: string, slice: Slice): Promise<readonly Delivery[]>;
}

export function createWebhookStore(database: Database, project: string): WebhookStore {
  const own = () => database.selectFrom('webhooks').selectAll().where('project', '=', project);
  return {
    insert: (webhook, most) =>
      database.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('webhooks')
          .values({ ...webhook, project })
          .execute();
        const counted = transaction
          .selectFrom('webhooks')
          .select((eb) => eb.fn.countAll<number>().as('webhooks'))
          .where('project', '=', project);
        const { webhooks } = await counted.executeTakeFirstOrThrow();
        if (webhooks <= most) return true;
        await transaction.deleteFrom('webhooks').where('id', '=', webhook.id).execute();
        return false;
      }),

    find: (id) => own().where('id', '=', id).executeTakeFirst(),

    list({ before, limit }) {
      const query = own().orderBy('id', 'desc').limit(limit);
      return (before === undefined ? query : query.where('id', '<', before)).execute();
    },

    async change(id, { url, events }) {
      await database
        .updateTable('webhooks')
        .set((eb) => ({ url: url ?? eb.ref('url'), events: events ?? eb.ref('events') }))
        .where('id', '=', id)
        .where('project', '=', project)
        .execute();
    },

    async remove(id) {
      const query = database.deleteFrom('webhooks').where('id', '=', id).where('project', '=', project);
      return (await query.executeTakeFirst()).numDeletedRows > 0n;
    },

    addDelivery: (delivery) =>
      database.transaction().execute(async (transaction) => {
        const webhook = transaction.selectFrom('webhooks').select('id').where('id', '=', delivery.webhookId);
        if ((await webhook.executeTakeFirst()) === undefined) return;
        await transaction.insertInto('deliveries').values(delivery).execute();
      }),

    deliveries(webhookId, { before, limit }) {
      const all = database.selectFrom('deliveries').selectAll().where('webhookId', '=', webhookId);
      const query = all.orderBy('id', 'desc').limit(limit);
      return (before === undefined ? query : query.where('id', '<', before)).execute();
    },
  };
}
