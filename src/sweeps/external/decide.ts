import type { EventBus } from '../../notifications/bus.ts';
import type { NextStep } from '../../search/search.ts';
import type { Database } from '../../store/database/database.ts';
import type { SweepEnd, SweepRow } from '../../store/database/tables.ts';
import { isOverdue } from '../runTime.ts';
import { endExternal } from './endExternal.ts';
import { firstExpired, type SweepSnapshot } from './externalStore.ts';
import type { SearchCache } from './searchCache.ts';

export interface DecideDeps {
  readonly database: Database;
  readonly bus: EventBus;
  readonly searchCache: SearchCache;
}

/** Lease a trial again whose lease expired without a result. */
interface LeaseAgain {
  readonly kind: 'again';
  readonly trial: number;
}

interface EndSweep {
  readonly kind: 'end';
  readonly reason: SweepEnd;
}

/**
 * The next step of an external sweep: its end, an expired trial, or the step of the search, in this
 * order.
 */
export async function decide(
  { database, searchCache }: DecideDeps,
  snapshot: SweepSnapshot,
  now: number,
): Promise<NextStep | LeaseAgain | EndSweep> {
  const { row } = snapshot;
  const reason = row.endedBy ?? (isOverdue(row, now) ? 'seconds' : null);
  if (reason !== null) return { kind: 'end', reason };
  const expired = await firstExpired(database, row.id, now);
  if (expired !== undefined) return { kind: 'again', trial: expired };
  return searchCache.next(snapshot);
}

/** As `endExternal`, in a transaction of its own, with the notification. */
export async function end(
  { database, bus }: DecideDeps,
  row: SweepRow,
  reason: SweepEnd,
  now: number,
): Promise<boolean> {
  const isOver = await database.transaction().execute((transaction) => endExternal(transaction, row, reason, now));
  if (isOver) bus.publish({ kind: 'sweep', sweepId: row.id });
  return isOver;
}
