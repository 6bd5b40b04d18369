import type { Job } from '../../src/jobs/schemas.ts';
import type { Jobs } from '../../src/jobs/service.ts';
import type { NewsDesk } from '../../src/notifications/bus.ts';

/** Resolves with the job as soon as news of it make `matters` true. */
export function seen(jobs: Jobs, news: NewsDesk, id: string, matters: (job: Job) => boolean): Promise<Job> {
  return new Promise((resolve, reject) => {
    const look = async () => {
      const job = await jobs.get(id);
      if (!matters(job)) return;
      unsubscribe();
      resolve(job);
    };
    const unsubscribe = news.subscribe((item) => {
      if (item.kind === 'changed' && item.jobId === id) look().catch(reject);
    });
    look().catch(reject);
  });
}

export const hasLosses = ({ latest }: Job): boolean => latest !== null;
