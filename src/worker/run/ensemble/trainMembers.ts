import { divergedWarning } from '../../progress/ensembleMessages.ts';
import type { FailedResult, MemberResult } from '../../thread/threadTask.ts';
import type { Ensemble, EnsembleRunDeps } from './ensemble.ts';
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
  let running = 0;
  let failure: FailedResult | null = null;
  let error: { readonly thrown: unknown } | null = null;

  const mayStart = () => {
    if (waiting.length === 0 || failure || error) return false;
    const request = control.stopRequest();
    if (request === null) return control.hasFreeThread();
    // A model needs at least one network.
    return request === 'stop' && running === 0 && members.every(({ snapshots }) => snapshots.length === 0);
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
        control.close(own);
        startNext();
        deps.onThreadsChanged();
      });
  };
  const end = async (member: Member, result: MemberResult) => {
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
    const warning = divergedWarning(member.member, result.failure.message);
    warnings.push(warning);
    // Its epochs and snapshots do not count any more.
    member.snapshots.length = 0;
    member.progress.epoch = 0;
    // Written first: a network without checkpoints would be trained again after a crash.
    report.diverged(member, warning);
    await deps.progress.flush();
    await deps.checkpoints.members.forget(job.id, member.member);
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
