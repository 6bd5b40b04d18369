import { sql } from 'kysely';
import { invalid } from '../../kit/contract/validation.ts';
import { signed } from '../../search/objectives.ts';
import type { Queries } from '../../store/database/database.ts';
import type { SweepRow } from '../../store/database/tables.ts';
import type { StopRule } from '../../training/loop/stopRule.ts';
import { type Objective, objectivesOf } from '../request/objective.ts';
import type { SweepSettings } from '../request/schema.ts';
import { externalEpochs, readSettings } from '../request/settings.ts';
import type { ReportRequest } from './schemas.ts';

/** What a trial has come to after an epoch, by whoever runs it. */
export interface Report {
  readonly epoch: number;
  readonly objective: number;
}

/** Throws `invalid_sweep` for an epoch that no trial has, and of a sweep with several objectives. */
export function assertReportable({ epoch }: ReportRequest, settings: SweepSettings): void {
  const count = objectivesOf(settings.objective).length;
  if (count > 1) {
    const message = `The sweep has ${count} objectives: tell them when the trial has ended.`;
    throw invalid('invalid_sweep', 'What is reported', [{ path: '/objective', message }]);
  }
  const max = externalEpochs(settings);
  if (epoch > max) {
    const message = `A trial of the sweep has ${max} epochs at most.`;
    throw invalid('invalid_sweep', 'What is reported', [{ path: '/epoch', message }]);
  }
}

/** Writes a report, over an earlier one of the same epoch, and renews the lease from `now` on; null: not. False: the trial is over. */
export async function writeReport(
  queries: Queries,
  { id: sweepId, request }: Pick<SweepRow, 'id' | 'request'>,
  { number: trial, epoch, objective }: ReportRequest,
  now: number | null,
): Promise<boolean> {
  const running = queries
    .updateTable('trials')
    .where('sweepId', '=', sweepId)
    .where('number', '=', trial)
    .where('state', '=', 'running');
  const updated = await running
    .set({
      epochs: sql<number>`max(coalesce(epochs, 0), ${epoch})`,
      ...(now !== null && { leaseUntil: sql<number>`max(lease_until, ${now} + coalesce(lease_ms, 0))` }),
    })
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) return false;
  await queries
    .insertInto('reports')
    .values({ sweepId, trial, epoch, objective })
    .onConflict((conflict) => conflict.columns(['sweepId', 'trial', 'epoch']).doUpdateSet({ objective }))
    .execute();
  const [first] = objectivesOf(readSettings(request).objective);
  // The database finds it, as there may be a report of each of many thousand steps.
  const { best } = await queries
    .selectFrom('reports')
    .select(({ fn }) => (first.goal === 'minimize' ? fn.min('objective') : fn.max('objective')).as('best'))
    .where('sweepId', '=', sweepId)
    .where('trial', '=', trial)
    .executeTakeFirstOrThrow();
  await running.set({ objective: best, objectives: JSON.stringify({ [first.metric]: best }) }).execute();
  return true;
}

/** What was reported of a trial, by epoch, up to `last` where it is given. */
export function reportsOf(
  queries: Queries,
  sweepId: string,
  trial: number,
  last = Number.MAX_SAFE_INTEGER,
): Promise<readonly Report[]> {
  return queries
    .selectFrom('reports')
    .select(['epoch', 'objective'])
    .where('sweepId', '=', sweepId)
    .where('trial', '=', trial)
    .where('epoch', '<=', last)
    .orderBy('epoch')
    .execute();
}

/** Whether the trial was worse than it may be, at an epoch up to that of the report. */
export async function shouldPrune(
  queries: Queries,
  { id, request }: Pick<SweepRow, 'id' | 'request'>,
  { number, epoch }: Pick<ReportRequest, 'number' | 'epoch'>,
): Promise<boolean> {
  const { limits } = await queries
    .selectFrom('legs')
    .select('limits')
    .where('sweepId', '=', id)
    .where('trial', '=', number)
    .executeTakeFirstOrThrow();
  if (limits === null) return false;
  const [objective] = objectivesOf(readSettings(request).objective);
  const all: StopRule['limits'] = JSON.parse(limits);
  const reached = all.filter((limit) => limit.epoch <= epoch);
  const reports = await reportsOf(queries, id, number, reached.at(-1)?.epoch ?? 0);
  return reached.some((limit) => {
    const best = bestUntil(reports, objective, limit.epoch);
    return best !== null && signed(objective, best) > signed(objective, limit.worst);
  });
}

/** The best that was reported up to an epoch; null: nothing was. */
export function bestUntil(reports: readonly Report[], objective: Objective, epoch: number): number | null {
  let best: number | null = null;
  for (const report of reports) {
    if (report.epoch > epoch) break;
    if (best === null || signed(objective, report.objective) < signed(objective, best)) best = report.objective;
  }
  return best;
}
