import { ServiceError } from '../../kit/contract/errors.ts';
import { type Notification, nextNotification } from '../../notifications/bus.ts';
import type { SweepRow } from '../../store/database/tables.ts';
import { readSettings } from '../request/settings.ts';
import { createSweepStore } from '../store.ts';
import type { Trial } from '../trials/schemas.ts';
import { createTrials } from '../trials/trials.ts';
import { type AskDeps, askWithRetry } from './ask.ts';
import { report } from './reports.ts';
import type { AskResponse, ReportRequest, ReportResponse, TellRequest } from './schemas.ts';
import { tell } from './tell.ts';

interface AskOptions {
  readonly leaseSeconds: number;
  /** How long the response may be delayed until there is a trial. */
  readonly waitMs: number;
  /** Aborted: respond at once. */
  readonly signal: AbortSignal;
}

/**
 * The search of external sweeps, whose trials a client runs. Throws ServiceError `sweep_not_found`,
 * and `sweep_wrong_state` for a sweep that is not external.
 */
export interface AskAndTell {
  /** Leases the next trial: first those whose lease has expired. */
  ask(id: string, options: AskOptions): Promise<AskResponse>;
  /** Stores an intermediate result. Throws as `report`. */
  report(id: string, request: ReportRequest): Promise<ReportResponse>;
  /** Stores the result of a trial. Throws as `tell`. */
  tell(id: string, request: TellRequest): Promise<Trial>;
}

/** Notifications from other processes do not reach this one. */
const POLL_INTERVAL_MS = 1000;
const MS_PER_SECOND = 1000;

export function createAskAndTell(deps: AskDeps, project: string): AskAndTell {
  const { database, bus, clock } = deps;
  const store = createSweepStore(database, project);
  const trials = createTrials(database);

  async function getRow(id: string): Promise<SweepRow> {
    const row = await store.find(id);
    if (row === undefined) throw new ServiceError('sweep_not_found', `There is no sweep '${id}'.`);
    if (!readSettings(row.request).external) {
      const detail =
        'The service runs the trials of this sweep. Only external sweeps have ask and tell; create one with `external: true`.';
      throw new ServiceError('sweep_wrong_state', detail);
    }
    return row;
  }

  async function ask(id: string, leaseSeconds: number): Promise<AskResponse> {
    const { trial, waitFor } = await askWithRetry(deps, id, Math.round(leaseSeconds * MS_PER_SECOND));
    const sweep = await getRow(id);
    return { trial: trial === null ? null : await trials.get(sweep, trial), state: sweep.state, waitFor };
  }

  const isSweep = (id: string) => (item: Notification) => item.kind === 'sweep' && item.sweepId === id;

  return {
    async ask(id, { leaseSeconds, waitMs, signal }) {
      await getRow(id);
      const until = performance.now() + waitMs;
      for (;;) {
        const left = until - performance.now();
        const changed =
          left > 0 ? nextNotification(bus, isSweep(id), Math.min(left, POLL_INTERVAL_MS), signal) : undefined;
        const response = await ask(id, leaseSeconds);
        if (response.trial !== null || response.waitFor === null || changed === undefined || signal.aborted)
          return response;
        await changed;
      }
    },

    report: async (id, request) => report({ database, trials }, await getRow(id), request, clock()),
    tell: async (id, request) => tell({ ...deps, trials }, await getRow(id), request, clock()),
  };
}
