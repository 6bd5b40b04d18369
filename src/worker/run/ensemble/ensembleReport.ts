import type { Warning } from '../../../kit/warning.ts';
import { toJson } from '../../../store/database/json.ts';
import type { SelectionSummary } from '../../../training/ensemble/outcome.ts';
import { countMembers, ensembleStartedLog, memberTrainedLog, selectionLog } from '../../progress/ensembleMessages.ts';
import type { ProgressUpdate } from '../../progress/progressWriter.ts';
import type { Control } from '../../thread/control.ts';
import { type Ensemble, type EnsembleRunDeps, foldsOf, selectionTask } from './ensemble.ts';
import { createEnsembleProgress } from './ensembleProgress.ts';
import type { Member } from './trainMember.ts';

/** How often progress within an epoch is reported. */
const PROGRESS_MS = 500;

/** Writes the progress of the ensemble. */
export interface EnsembleReport {
  open(member: Member, control: Control): void;
  close(member: Member): void;
  /** Also computes what would be selected now. */
  trained(member: Member): void;
  diverged(member: Member, warning: Warning): void;
  /** The network of another fold of the member has diverged. */
  left(member: Member): void;
  /** Resolves when the last selection was computed. */
  settled(): Promise<void>;
  complete(summary: SelectionSummary): void;
  end(): void;
}

export function createEnsembleReport(
  deps: EnsembleRunDeps,
  { members, planned, job, control, signals }: Ensemble,
): EnsembleReport {
  const { progress: writer, pool, metrics, clock, log } = deps;
  const write = (update: ProgressUpdate) => writer.add(job.id, update);
  const controls = new Map<Member, Control>();
  const progressAt = createEnsembleProgress(
    planned,
    members.map(({ progress }) => progress),
    clock,
  );
  let summaries: Promise<void> = Promise.resolve();

  const readStep = (member: Member) => {
    const { progress } = member;
    const step = controls.get(member)?.step() ?? 0;
    if (progress.plan === null || step <= progress.step) return;
    metrics.rows.inc(((step - progress.step) * progress.plan.rowsPerEpoch) / progress.plan.stepsPerEpoch);
    progress.step = step;
  };
  const writeProgress = (final = {}) => {
    for (const member of controls.keys()) readStep(member);
    const threads = Math.max(1, control.threads());
    write({ shown: { progress: toJson({ ...progressAt(), threads, ...final }) } });
  };
  const writeSummary = (summary: SelectionSummary) => {
    write({
      shown: { latest: toJson(latestOf(summary)) },
      members: members.map((member) => ({ member: member.number, changes: changesOf(summary, member) })),
      logs: [selectionLog(summary)],
    });
  };
  const summarize = async () => {
    const task = selectionTask(members, job);
    if (task.networks.length === 0 || members.every(({ progress }) => progress.isOver)) return;
    // Any prepared data of a fold has the rows that a score needs.
    const preparedOf = (fold: number | null) =>
      members.find((member) => member.fold === fold && member.prepared !== null)?.prepared ?? null;
    const networks = task.networks.map((each) => ({ ...each, prepared: preparedOf(each.fold) }));
    try {
      writeSummary(await pool.summarize({ ...task, networks }, signals.force));
    } catch (error) {
      if (!signals.force.aborted) log.warn({ err: error }, 'the running selection could not be computed');
    }
  };
  const stateOf = ({ number }: Member, state: 'trained' | 'diverged') => ({
    member: number,
    changes: { state, ...(state === 'diverged' && { best: null, selected: null }) },
  });

  write({ logs: [ensembleStartedLog(members, planned)] });
  const timer = setInterval(writeProgress, PROGRESS_MS);
  return {
    open: (member, own) => void controls.set(member, own),
    close(member) {
      readStep(member);
      controls.delete(member);
      writeProgress();
    },
    trained(member) {
      write({ members: [stateOf(member, 'trained')], logs: [memberTrainedLog(member, countMembers(members))] });
      if (foldsOf(members, member).every(({ progress }) => progress.isOver)) summaries = summaries.then(summarize);
    },
    diverged(member, { code, message }) {
      const states = foldsOf(members, member).map((each) => stateOf(each, 'diverged'));
      write({ members: states, logs: [{ level: 'warning', code, message }] });
    },
    left: (member) => write({ members: [stateOf(member, 'diverged')] }),
    settled: () => summaries,
    complete(summary) {
      writeSummary(summary);
      writeProgress({ fraction: 1, etaSeconds: 0 });
    },
    end: () => clearInterval(timer),
  };
}

/** The running selection, as the job shows it. */
function latestOf({ score, selected, members }: SelectionSummary) {
  return {
    score,
    bestMemberScore: Math.min(...members.map((member) => member.score)),
    selected: selected.length,
    selectedMembers: new Set(selected.map(({ member }) => member)).size,
  };
}

function changesOf({ members, selected }: SelectionSummary, { member, fold }: Member) {
  const best = members.find((each) => each.member === member);
  const own = selected.filter((each) => each.member === member && each.fold === fold);
  return {
    best: best ? toJson({ epoch: best.epoch, score: best.score }) : null,
    selected: toJson(own.map(({ epoch, weight }) => ({ epoch, weight }))),
  };
}
