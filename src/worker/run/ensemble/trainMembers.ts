import type { Warning } from '../../../kit/warning.ts';
import { divergedWarning } from '../../progress/ensembleMessages.ts';
import type { Control } from '../../thread/control.ts';
import type { FailedResult, MemberResult } from '../../thread/threadTask.ts';
import { completeMembers, type Ensemble, type EnsembleRunDeps, foldsOf } from './ensemble.ts';
import type { EnsembleReport } from './ensembleReport.ts';
import { type Member, type MemberRunDeps, trainMember } from './trainMember.ts';

/**
 * Resolves when no network trains any more: all are complete, a client has requested it, or one has
 * failed. Its result is then returned. Rejects on an error of the storage.
 */
export async function trainMembers(
  deps: EnsembleRunDeps,
  { members, job, control, signals, warnings }: Ensemble,
  report: EnsembleReport,
): Promise<FailedResult | null> {
  const waiting = members.filter(({ progress }) => !progress.isOver);
  const settled = Promise.withResolvers<void>();
  const controls = new Map<Member, Control>();
  /** The numbers of members that have left the ensemble. */
  const left = new Set<number>();
  let running = 0;
  let failure: FailedResult | null = null;
  let error: { readonly thrown: unknown } | null = null;

  const mayStart = () => {
    if (waiting.length === 0 || failure || error) return false;
    const request = control.stopRequest();
    if (request === null) return control.hasFreeThread();
    // A model needs at least one member.
    return request === 'stop' && running === 0 && completeMembers(members).length === 0;
  };
  const startNext = () => {
    while (mayStart()) start(waiting.splice(0, 1)[0]);
    control.setWaiting(waiting.length);
    if (running === 0) settled.resolve();
  };
  const start = (member: Member) => {
    running += 1;
    const own = control.open();
    report.open(member, own);
    controls.set(member, own);
    const memberDeps: MemberRunDeps = {
      ...{ ...deps, job },
      onMemberStart(plan) {
        control.setMaxThreads(own, plan.maxThreads);
        deps.onStart(plan);
      },
      onRecorded(isCleared) {
        if (control.lacksThread(own)) own.end('pause');
        deps.onRecorded(isCleared);
      },
    };
    trainMember(memberDeps, member, own, signals)
      .then((result) => end(member, result))
      .catch((thrown: unknown) => {
        error ??= { thrown };
        control.end('cancel');
      })
      .finally(() => {
        running -= 1;
        report.close(member);
        controls.delete(member);
        control.close(own);
        startNext();
        deps.onThreadsChanged();
      });
  };
  const forget = (member: Member) => {
    member.progress.isOver = true;
    // Its epochs and snapshots do not count any more.
    member.snapshots.length = 0;
    member.progress.epoch = 0;
  };
  /** Without one of its networks, a member has no predictions for the rows of that fold. */
  const leave = async (member: Member, warning: Warning) => {
    left.add(member.member);
    for (const fold of foldsOf(members, member)) {
      forget(fold);
      controls.get(fold)?.end('cancel');
      if (waiting.includes(fold)) waiting.splice(waiting.indexOf(fold), 1);
    }
    // Written first: a network without checkpoints would be trained again after a crash.
    report.diverged(member, warning);
    await deps.progress.flush();
    for (const { number } of foldsOf(members, member)) await deps.checkpoints.members.forget(job.id, number);
  };
  const end = async (member: Member, result: MemberResult) => {
    if (left.has(member.member)) {
      forget(member);
      report.left(member);
      return deps.checkpoints.members.forget(job.id, member.number);
    }
    if (result.kind === 'stopped') {
      // Without a request, it lacked a thread.
      if (control.stopRequest() === null) waiting.unshift(member);
      return;
    }
    if (result.kind === 'failed' && result.failure.code !== 'loss_diverged') {
      failure ??= result;
      return control.end('cancel');
    }
    member.progress.isOver = true;
    if (result.kind === 'trained') {
      warnings.push(...result.warnings);
      return report.trained(member);
    }
    const warning = divergedWarning(member, result.failure.message);
    warnings.push(warning);
    await leave(member, warning);
  };

  control.setWaiting(waiting.length);
  control.onChanged(startNext);
  deps.onThreadsChanged();
  startNext();
  await settled.promise;
  control.onChanged(() => {});
  await report.settled();
  // The assignments are in callbacks, which the type of the variable does not show.
  const thrownError = error as { readonly thrown: unknown } | null;
  if (thrownError) throw thrownError.thrown;
  return failure;
}
