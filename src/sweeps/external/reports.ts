import { invalid } from '../../kit/contract/validation.ts';
import { signed } from '../../search/objectives.ts';
import type { Database } from '../../store/database/database.ts';
import { fromJson } from '../../store/database/json.ts';
import type { SweepRow } from '../../store/database/tables.ts';
import type { StopRule } from '../../training/loop/stopRule.ts';
import { type Objective, objectivesOf } from '../request/objective.ts';
import type { SweepSettings } from '../request/schema.ts';
import { externalEpochs, readSettings } from '../request/settings.ts';
import { isOverdue } from '../runTime.ts';
import type { Trials } from '../trials/trials.ts';
import { bestUntil } from './bestUntil.ts';
import { segmentOf } from './externalStore.ts';
import { wrongTrialState } from './reportedOutcome.ts';
import { insertReport, listReports } from './reportStore.ts';
import type { ReportRequest, ReportResponse } from './schemas.ts';

/**
 * Stores a report and returns whether to prune the trial. Throws ServiceError
 * `trial_not_found`, `trial_wrong_state` and `invalid_sweep`.
 */
export async function report(
  { database, trials }: { readonly database: Database; readonly trials: Trials },
  sweep: SweepRow,
  request: ReportRequest,
  now: number,
): Promise<ReportResponse> {
  const settings = readSettings(sweep.request);
  assertReportable(request, settings);
  const { number, epoch, objective } = request;
  const before = await trials.get(sweep, number);
  const isLate = isOverdue(sweep, now) || sweep.endedBy !== null;
  const row = { sweepId: sweep.id, trial: number, epoch, objective };
  const [first] = objectivesOf(settings.objective);
  const isWritten =
    before.state === 'running' &&
    (await database.transaction().execute((transaction) => insertReport(transaction, row, first, isLate ? null : now)));
  const trial = await trials.get(sweep, number);
  if (!isWritten) throw wrongTrialState(trial);
  return { prune: isLate || (await shouldPrune(database, sweep.id, request, first)), trial };
}

/**
 * Throws ServiceError `invalid_sweep` for an epoch beyond the last one, and for a sweep with
 * several objectives.
 */
function assertReportable({ epoch }: ReportRequest, settings: SweepSettings): void {
  const count = objectivesOf(settings.objective).length;
  if (count > 1) {
    const message = `The sweep has ${count} objectives, and reports have one. Send all objectives to \`/tell\` when the trial has ended.`;
    throw invalid('invalid_sweep', 'The report', [{ path: '/objective', message }]);
  }
  const max = externalEpochs(settings);
  if (epoch > max) {
    const message = `Epoch ${epoch} exceeds the limit of ${max} epochs per trial. Report epochs from 1 to ${max}.`;
    throw invalid('invalid_sweep', 'The report', [{ path: '/epoch', message }]);
  }
}

/**
 * Whether the trial was worse than a limit of its segment, at an epoch up to that of the report.
 */
async function shouldPrune(
  database: Database,
  sweepId: string,
  { number, epoch }: Pick<ReportRequest, 'number' | 'epoch'>,
  objective: Objective,
): Promise<boolean> {
  const { limits } = await segmentOf(database, sweepId, number);
  if (limits === null) return false;
  const all: StopRule['limits'] = fromJson(limits);
  const reached = all.filter((limit) => limit.epoch <= epoch);
  const reports = await listReports(database, sweepId, number, reached.at(-1)?.epoch ?? 0);
  return reached.some((limit) => {
    const best = bestUntil(reports, objective, limit.epoch);
    return best !== null && signed(objective, best) > signed(objective, limit.worst);
  });
}
