/** Whole jobs: upload, training with only the target and the split given, and the test metrics. */
import { startBuiltService } from '../support/builtService.ts';
import { PUBLISHED_JOBS, runPublishedJob } from '../support/publishedJob.ts';
import { hasSharedData } from '../support/sharedData.ts';
import type { Row } from './report.ts';

/** One row for each job; the jobs run one after another in an otherwise idle service. */
export async function benchJobs(): Promise<readonly Row[]> {
  if (!hasSharedData) {
    console.log('The published tables are not next to this checkout: no whole jobs measured.');
    return [];
  }
  const service = await startBuiltService();
  const rows: Row[] = [];
  for (const job of PUBLISHED_JOBS) {
    const result = await runPublishedJob(service.address, job);
    const totalSeconds = result.uploadSeconds + result.trainingSeconds;
    rows.push({ dataset: job.dataset, metric: job.metric, ...result, totalSeconds });
  }
  await service.stop();
  return rows;
}
