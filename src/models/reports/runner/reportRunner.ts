import type { Logger } from 'pino';
import { isOutOfMemory } from '../../../jobs/failures.ts';
import type { Clock } from '../../../kit/clock.ts';
import { INTERNAL_ERROR_DETAIL, ServiceError } from '../../../kit/contract/errors.ts';
import type { EventBus } from '../../../notifications/bus.ts';
import type { ReportRow } from '../../../store/database/tables.ts';
import { isDeadOwner, newOwner } from '../../../worker/owner.ts';
import { createSerialQueue } from '../../../worker/serialQueue.ts';
import { createReportControl, type ReportControl } from '../control.ts';
import type { ReportFailure } from '../kind.ts';
import type { ReportTaskResult, ReportThreadSetup } from '../messages.ts';
import { createOutputsStore } from './outputsStore.ts';
import { createReportQueue } from './queueStore.ts';
import { createReportThread } from './reportThread.ts';
import { type TaskDeps, taskOf } from './taskOf.ts';

export interface ReportRunnerDeps extends Omit<TaskDeps, 'outputs'> {
  readonly bus: EventBus;
  /** The module whose `runReport` the thread runs. */
  readonly module: string;
  readonly setup: ReportThreadSetup;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Runs the reports of all projects, one at a time. */
export interface ReportRunner {
  /** Stops the running report and queues it again. Resolves when its thread has ended. */
  stop(): Promise<void>;
}

/** How often the lease is renewed and the queue is polled. */
const TICK_MS = 1000;

interface Run {
  readonly id: string;
  readonly control: ReportControl;
  readonly ended: Promise<void>;
}

/**
 * Claims and runs reports until it is stopped. They run on a thread of their own beside
 * the training threads, so a report delays no job.
 */
export function startReportRunner(deps: ReportRunnerDeps): ReportRunner {
  const { database, bus, module, setup, clock, log } = deps;
  const owner = newOwner();
  const queue = createReportQueue(database, owner, clock);
  const outputs = createOutputsStore(database, clock);
  const thread = createReportThread({
    ...{ module, setup },
    onError: (error) => log.error({ err: error }, 'the thread of the reports failed'),
  });
  const serial = createSerialQueue((error) =>
    log.error({ err: error }, 'the queue of reports could not be read; retrying'),
  );
  let run: Run | undefined;
  let stopping = false;

  const onChanged = (reportId: string) => bus.publish({ kind: 'report', reportId });

  const execute = async (report: ReportRow, control: ReportControl): Promise<ReportTaskResult> => {
    try {
      return await thread.run(await taskOf({ ...deps, outputs }, report, control.buffer));
    } catch (error) {
      return { kind: 'failed', failure: failureOf(error), error };
    }
  };
  const end = async (report: ReportRow, result: ReportTaskResult) => {
    const { id, project, datasetId } = report;
    if (result.kind === 'stopped') return queue.release(id);
    if (result.kind === 'failed') {
      log.warn({ reportId: id, err: result.error }, 'report failed');
      return queue.fail(id, result.failure);
    }
    if (datasetId !== null) {
      for (const made of result.computed) await outputs.put({ project, datasetId, outputs: made });
    }
    return queue.succeed(id, result);
  };
  const perform = async (report: ReportRow, control: ReportControl) => {
    const result = await execute(report, control);
    await serial.run(async () => {
      run = undefined;
      await end(report, result);
      onChanged(report.id);
      await claim();
    });
  };
  const claim = async () => {
    if (stopping || run !== undefined) return;
    const report = await queue.claim();
    if (report === undefined) return;
    log.info({ reportId: report.id, kind: report.kind }, 'report started');
    const control = createReportControl();
    run = { id: report.id, control, ended: perform(report, control) };
    onChanged(report.id);
  };
  const renew = async () => {
    if (run === undefined) return;
    const lease = await queue.renew(run.id, run.control.fraction());
    if (lease === undefined || lease.isCancelling) run.control.stop();
    else onChanged(run.id);
  };
  const tick = async () => {
    await renew();
    for (const id of await queue.reclaim(run?.id, () => false)) onChanged(id);
    await claim();
  };

  const unsubscribe = bus.subscribe((item) => {
    if (item.kind === 'reportQueued') serial.run(claim);
    if (item.kind === 'reportCancelled') serial.run(renew);
  });
  serial.run(async () => {
    for (const id of await queue.reclaim(undefined, (other) => isDeadOwner(other, owner))) onChanged(id);
  });
  serial.run(tick);
  const timer = setInterval(() => serial.run(tick), TICK_MS);

  return {
    async stop() {
      stopping = true;
      unsubscribe();
      clearInterval(timer);
      await serial.run(async () => run?.control.stop());
      await run?.ended;
      await thread.close();
    },
  };
}

function failureOf(error: unknown): ReportFailure {
  if (error instanceof ServiceError) return { code: error.code, message: error.message };
  if (isOutOfMemory(error)) {
    return { code: 'out_of_memory', message: 'The report ran out of memory. Use fewer rows, or more memory.' };
  }
  return { code: 'internal_error', message: INTERNAL_ERROR_DETAIL };
}
