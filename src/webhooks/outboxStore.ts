import { sql } from 'kysely';
import type { Database } from '../store/database/database.ts';
import type { Outcome } from './send.ts';
import type { Delivery } from './store.ts';

/** A delivery with its webhook. */
export interface Due extends Delivery {
  readonly project: string;
  readonly url: string;
  readonly secret: string;
}

/** The webhooks and projects that `claim` skips. */
interface Busy {
  readonly webhookIds: readonly string[];
  readonly projects: readonly string[];
}

/** Queries on the pending deliveries of all projects. */
export interface OutboxStore {
  /**
   * Leases the delivery that has been due longest, and counts the attempt. If nothing is written
   * before `leaseUntil`, the delivery is due again. Undefined: none is due.
   */
  claim(now: number, leaseUntil: number, busy: Busy): Promise<Due | undefined>;
  /** Marks a delivery as delivered, or as failed for good. */
  finish(id: string, state: 'delivered' | 'failed', outcome: Outcome, now: number): Promise<void>;
  /** Schedules the next attempt. */
  postpone(id: string, outcome: Outcome, nextAt: number): Promise<void>;
  /** Makes a delivery due at once. The attempt does not count. */
  release(id: string, now: number): Promise<void>;
  /** Deletes the deliveries that finished before `time`. */
  purge(time: number): Promise<void>;
  countPending(): Promise<number>;
}

export function createOutboxStore(database: Database): OutboxStore {
  const pending = (id: string) =>
    database.updateTable('deliveries').where('id', '=', id).where('state', '=', 'pending');
  return {
    async claim(now, leaseUntil, busy) {
      // A read of its own, because a statement that can write waits for other writers.
      const due = await database
        .selectFrom('deliveries')
        .select('id')
        .where('state', '=', sql.lit('pending'))
        .where('nextAt', '<=', now)
        .where('webhookId', 'not in', [...busy.webhookIds, NONE])
        .where('webhookId', 'not in', (eb) =>
          eb
            .selectFrom('webhooks')
            .select('webhooks.id')
            .where('project', 'in', [...busy.projects, NONE]),
        )
        .orderBy('nextAt')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      if (due === undefined) return undefined;
      const claimed = await pending(due.id)
        .set((eb) => ({ nextAt: leaseUntil, attempts: eb('attempts', '+', 1) }))
        .where('nextAt', '<=', now)
        .returningAll()
        .executeTakeFirst();
      if (claimed === undefined) return undefined;
      const target = await database
        .selectFrom('webhooks')
        .select(['project', 'url', 'secret'])
        .where('id', '=', claimed.webhookId)
        .executeTakeFirst();
      // The webhook and its deliveries may have been deleted between the two statements.
      return target && { ...claimed, ...target };
    },

    async finish(id, state, { status, error, milliseconds }, finishedAt) {
      await pending(id).set({ state, status, error, milliseconds, finishedAt, nextAt: null }).execute();
    },

    async postpone(id, { status, error, milliseconds }, nextAt) {
      await pending(id).set({ status, error, milliseconds, nextAt }).execute();
    },

    async release(id, nextAt) {
      await pending(id)
        .set((eb) => ({ nextAt, attempts: eb('attempts', '-', 1) }))
        .execute();
    },

    async purge(time) {
      await database.deleteFrom('deliveries').where('finishedAt', '<', time).execute();
    },

    async countPending() {
      const { pending } = await database
        .selectFrom('deliveries')
        .select((eb) => eb.fn.countAll<number>().as('pending'))
        // A literal, so that SQLite uses the partial index of pending deliveries.
        .where('state', '=', sql.lit('pending'))
        .executeTakeFirstOrThrow();
      return pending;
    },
  };
}

/** Neither the id of a webhook nor the name of a project. SQL has no empty list. */
const NONE = '';
