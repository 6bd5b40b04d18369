import type { Selectable } from 'kysely';
import { firstOf, readWithin, type Slice } from '../kit/contract/pages.ts';
import type { Database } from '../store/database/database.ts';
import type { DeliveryRow, WebhookRow } from '../store/database/tables.ts';
import { textBytes } from '../store/textBytes.ts';

export type Delivery = Selectable<DeliveryRow>;

/** The rows of a page, newest first: those before an id. */
export interface Range {
  readonly before: string | undefined;
  readonly limit: number;
}

/** Queries on the webhooks of one project. */
export interface WebhookStore {
  /** False, and nothing is written: the project has `max` webhooks already. */
  insert(webhook: Omit<WebhookRow, 'project'>, max: number): Promise<boolean>;
  find(id: string): Promise<WebhookRow | undefined>;
  list(range: Range): Promise<Slice<WebhookRow>>;
  /** Does not change what is undefined. */
  change(id: string, change: { readonly url: string | undefined; readonly events: string | undefined }): Promise<void>;
  /** Also deletes its deliveries. False: there is no such webhook. */
  remove(id: string): Promise<boolean>;
  /** Inserts a finished delivery. No effect if the webhook was deleted meanwhile. */
  addDelivery(delivery: Delivery): Promise<void>;
  deliveries(webhookId: string, range: Range): Promise<Slice<Delivery>>;
}

export function createWebhookStore(database: Database, project: string): WebhookStore {
  const own = () => database.selectFrom('webhooks').selectAll().where('project', '=', project);
  return {
    insert: (webhook, max) =>
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
        if (webhooks <= max) return true;
        await transaction.deleteFrom('webhooks').where('id', '=', webhook.id).execute();
        return false;
      }),

    find: (id) => own().where('id', '=', id).executeTakeFirst(),

    async list({ before, limit }) {
      const query = own()
        .orderBy('id', 'desc')
        .limit(limit + 1);
      return firstOf(await (before === undefined ? query : query.where('id', '<', before)).execute(), limit);
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
      const all = database.selectFrom('deliveries').where('webhookId', '=', webhookId).orderBy('id', 'desc');
      const query = before === undefined ? all : all.where('id', '<', before);
      return readWithin(
        { sizes: query.select(textBytes('payload', 'error').as('bytes')), rows: query.selectAll() },
        limit,
      );
    },
  };
}
