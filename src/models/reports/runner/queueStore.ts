import type { Clock } from '../../../kit/clock.ts';
import type { Database } from '../../../store/database/database.ts';
import { toJson } from '../../../store/database/json.ts';
import type { ReportRow } from '../../../store/database/tables.ts';
import type { ReportFailure, ReportOutcome } from '../kind.ts';
import { moveReports } from '../transitions.ts';

/** A worker that has not renewed its lease for this long counts as dead. */
const LEASE_MS = 15_000;
/** A report fails after this many deaths of the worker process that ran it. */
const MAX_ATTEMPTS = 3;

const WORKER_CRASHED: ReportFailure = {
  code: 'worker_crashed',
  message: `The worker process died ${MAX_ATTEMPTS} times while it ran this report. Most often it needs more memory than the machine has: use fewer rows, or more memory.`,
};

/** The queue of reports for one worker. Every statement checks that it still has the lease. */
export interface ReportQueue {
  /** Claims the oldest queued report. */
  claim(): Promise<ReportRow | undefined>;
  /**
   * Renews the lease and writes the progress. Undefined: the report is no longer leased to this
   * worker.
   */
  renew(id: string, fraction: number): Promise<{ readonly isCancelling: boolean } | undefined>;
  /** Writes the result and the final state, both or neither. */
  succeed(id: string, outcome: ReportOutcome): Promise<void>;
  fail(id: string, failure: ReportFailure): Promise<void>;
  /** Releases a report that is not complete: cancelled if that was requested, else queued. */
  release(id: string): Promise<void>;
  /**
   * Queues the reports of workers whose lease has expired, or that `isDead` knows to be dead, and
   * those of this worker other than `current`, whose end could not be written. Returns the ids of
   * changed reports.
   */
  reclaim(current: string | undefined, isDead: (owner: string) => boolean): Promise<readonly string[]>;
}

/** The queue for the worker `owner`. Leases expire by `clock`. */
export function createReportQueue(database: Database, owner: string, clock: Clock): ReportQueue {
  return {
    claim: () =>
      database.transaction().execute(async (queries) => {
        const now = clock();
        const [claimed] = await moveReports(queries, 'running', (reports) =>
          reports
            .set((eb) => ({
              ...{ leaseOwner: owner, leaseUntil: now + LEASE_MS, startedAt: now, fraction: 0 },
              attempts: eb('attempts', '+', 1),
            }))
            .where('id', '=', (eb) =>
              eb.selectFrom('reports').select('id').where('state', '=', 'queued').orderBy('id').limit(1),
            ),
        );
        return claimed;
      }),

    async renew(id, fraction) {
      const row = await database
        .updateTable('reports')
        .set({ leaseUntil: clock() + LEASE_MS, fraction })
        .where('id', '=', id)
        .where('leaseOwner', '=', owner)
        .returning('cancelling')
        .executeTakeFirst();
      return row && { isCancelling: row.cancelling === 1 };
    },

    succeed: (id, { result, warnings, rows }) =>
      database.transaction().execute(async (queries) => {
        await moveReports(queries, 'succeeded', (reports) =>
          reports
            .set({ result: toJson(result), warnings: toJson(warnings), rows, fraction: 1, finishedAt: clock() })
            .where('id', '=', id)
            .where('leaseOwner', '=', owner)
            .where('cancelling', '=', 0),
        );
        await moveReports(queries, 'cancelled', (reports) =>
          reports.set({ finishedAt: clock() }).where('id', '=', id).where('leaseOwner', '=', owner),
        );
      }),

    fail: (id, failure) =>
      database.transaction().execute(async (queries) => {
        await moveReports(queries, 'failed', (reports) =>
          reports
            .set({ error: toJson(failure), finishedAt: clock() })
            .where('id', '=', id)
            .where('leaseOwner', '=', owner),
        );
      }),

    release: (id) =>
      database.transaction().execute(async (queries) => {
        await moveReports(queries, 'cancelled', (reports) =>
          reports
            .set({ finishedAt: clock() })
            .where('id', '=', id)
            .where('leaseOwner', '=', owner)
            .where('cancelling', '=', 1),
        );
        // The report did not cause the stop, so this was no attempt.
        await moveReports(queries, 'queued', (reports) =>
          reports
            .set((eb) => ({ fraction: 0, attempts: eb('attempts', '-', 1) }))
            .where('id', '=', id)
            .where('leaseOwner', '=', owner),
        );
      }),

    reclaim: (current, isDead) =>
      database.transaction().execute(async (queries) => {
        const now = clock();
        const running = await queries
          .selectFrom('reports')
          .select(['id', 'leaseOwner', 'leaseUntil', 'attempts', 'cancelling'])
          .where('state', '=', 'running')
          .execute();
        const lost = running.filter(
          ({ id, leaseOwner, leaseUntil }) =>
            (leaseOwner === owner && id !== current) ||
            (leaseOwner !== owner && (isDead(leaseOwner ?? '') || (leaseUntil ?? 0) < now)),
        );
        for (const { id, attempts, cancelling } of lost) {
          if (cancelling === 1) {
            await moveReports(queries, 'cancelled', (reports) => reports.set({ finishedAt: now }).where('id', '=', id));
          } else if (attempts >= MAX_ATTEMPTS) {
            const failed = { error: toJson(WORKER_CRASHED), finishedAt: now };
            await moveReports(queries, 'failed', (reports) => reports.set(failed).where('id', '=', id));
          } else {
            await moveReports(queries, 'queued', (reports) => reports.set({ fraction: 0 }).where('id', '=', id));
          }
        }
        return lost.map(({ id }) => id);
      }),
  };
}
