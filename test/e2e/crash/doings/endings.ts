import { present } from '../ledger.ts';
import type { Answered } from '../persistentClient.ts';
import { EXTENDED_TABLE, EXTENSION } from '../trainings.ts';
import { certaintyOf, type DoingDeps, type Doings, type KnownJob } from './doings.ts';

type Action = 'cancel' | 'stop' | 'retry' | 'extend';

/**
 * Actions that determine how jobs end: cancel, stop, retry, extend. Only one client at a time does
 * one of them to a job.
 */
export function endingDoings({ client, ledger, random, follow }: DoingDeps): Doings {
  const idle = () => present(ledger.jobs).filter(({ isBusy }) => !isBusy);
  const unfinished = () => idle().filter(({ isOver }) => !isOver);
  const cancelled = () => idle().filter((job) => job.isOver && job.cancelled === 'yes');
  const extendable = () => idle().filter(canBeExtended);

  /**
   * Sent once: after a lost response, the job may already be in the target state, and would refuse
   * the request or change again.
   */
  const askOnce = async (job: KnownJob, action: Action, body?: object): Promise<Answered | undefined> => {
    const json = body && { type: 'application/json', body: JSON.stringify(body) };
    return client.ask({ method: 'POST', path: `/v1/jobs/${job.id}/${action}`, isOnce: true, ...json });
  };

  async function cancel(job: KnownJob): Promise<void> {
    const answered = await askOnce(job, 'cancel');
    if (job.cancelled !== 'yes') job.cancelled = certaintyOf(answered, job.cancelled);
  }

  async function stop(job: KnownJob): Promise<void> {
    const answered = await askOnce(job, 'stop');
    if (job.stopped !== 'yes') job.stopped = laterOf(job.stopped, certaintyOf(answered, 'no'));
  }

  async function retry(job: KnownJob): Promise<void> {
    job.isOver = false;
    const retried = certaintyOf(await askOnce(job, 'retry'), 'no');
    job.isRetried ||= retried === 'yes';
    job.cancelled = { yes: 'no', no: 'yes', unknown: 'unknown' }[retried] as KnownJob['cancelled'];
    follow(job);
  }

  async function extend(job: KnownJob): Promise<void> {
    job.isOver = false;
    job.extended = certaintyOf(await askOnce(job, 'extend', EXTENSION), 'no');
    follow(job);
  }

  return () => [
    ...doing(0.4, unfinished, cancel),
    ...doing(0.6, unfinished, stop),
    ...doing(4, cancelled, retry),
    ...doing(8, extendable, extend),
  ];

  function doing(weight: number, jobs: () => readonly KnownJob[], act: (job: KnownJob) => Promise<void>) {
    const actAlone = async () => {
      const job = random.pick(jobs());
      job.isBusy = true;
      await act(job).finally(() => {
        job.isBusy = false;
      });
    };
    return jobs().length > 0 ? [[weight, actAlone] as const] : [];
  }
}

/** A job that has certainly succeeded, as it does undisturbed: its result is known. */
function canBeExtended({ table, isOver, cancelled, stopped, extended }: KnownJob): boolean {
  return table === EXTENDED_TABLE && isOver && [cancelled, stopped, extended].every((certainty) => certainty === 'no');
}

/** An action that may have happened stays uncertain. */
function laterOf(before: KnownJob['stopped'], now: KnownJob['stopped']): KnownJob['stopped'] {
  return now === 'no' ? before : now;
}
