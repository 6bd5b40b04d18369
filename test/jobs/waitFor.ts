import type { Job } from '../../src/jobs/schemas.ts';
import type { Jobs } from '../../src/jobs/service.ts';
import type { EventBus } from '../../src/notifications/bus.ts';

/**
 * Resolves with the job once `isReached` returns true for it, checked on each of its notifications.
 */
export function waitFor(jobs: Jobs, bus: EventBus, id: string, isReached: (job: Job) => boolean): Promise<Job> {
  return new Promise((resolve, reject) => {
    const check = async () => {
      const job = await jobs.get(id);
      if (!isReached(job)) return;
      unsubscribe();
      resolve(job);
    };
    const unsubscribe = bus.subscribe((item) => {
      if (item.kind === 'changed' && item.jobId === id) check().catch(reject);
    });
    check().catch(reject);
  });
}

export const hasLosses = ({ latest }: Job): boolean => latest !== null;
