import { sql } from 'kysely';
import type { Database } from '../store/database/database.ts';
import type { Outcome } from './send.ts';
import type { Delivery } from './store.ts';

/** A delivery with where it goes, and whose it is. */
export interface Due extends Delivery {
  readonly project: string;
  readonly url: string;
  readonly secret: string;
}

/** Whose turn it is not. */
interface Busy {
  readonly webhookIds: readonly string[];
  readonly projects: readonly string[];
}

/** The deliveries that are owed, of all projects. */
export interface Outbox {
  /**
   * The delivery that has waited longest, of nobody in `busy`: it is this caller's until `leaseUntil`, and owed again after that, if
   * nothing was written before. The try counts.
   */
  claim(now: number, leaseUntil: number, busy: Busy): Promise<Due | undefined>;
  /** It was taken, or it is given up. */
  finish(id: string, state: 'delivered' | 'failed', outcome: Outcome, now: number): Promise<void>;
  /** It is owed again at `nextAt`. */
  postpone(id: string, outcome: Outcome, nextAt: number): Promise<void>;
  /** It is owed again at once, and the try does not count. */
  release(id: string, now: number): Promise<void>;
  /** Deletes what was finished before `time`. */
  purge(time: number): Promise<void>;
}

export function createOutbox(database: Database): Outbox {
  const pending = (id: string) =>
    database.updateTable('deliveries').where('id', '=', id).where('state', '=', 'pending');
  return {
    async claim(now, leaseUntil, busy) {
      // Asked by itself, as a statement that may write waits for whoever writes.
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
      // The webhook was deleted between the two, and the delivery with it.
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
  };
}

/** No webhook's id, and no project's name: SQL has no empty list. */
const NONE = '';
