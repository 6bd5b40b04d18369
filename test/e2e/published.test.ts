import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { PUBLISHED_JOBS, runPublishedJob } from '../support/publishedJob.ts';
import { hasSharedData } from '../support/sharedData.ts';

const MINUTES = 60_000;

/**
 * If the published tables are not next to the checkout, the report says that these were skipped.
 */
describe.skipIf(!hasSharedData)('a job with only a target', () => {
  let service: BuiltService;

  beforeAll(async () => {
    service = await startBuiltService();
  });
  afterAll(() => service.stop());

  it.each(PUBLISHED_JOBS)('trains a good model of $dataset', { timeout: 10 * MINUTES }, async (job) => {
    const { test } = await runPublishedJob(service.address, job);
    if ('least' in job) expect(test).toBeGreaterThanOrEqual(job.least);
    else expect(test).toBeLessThanOrEqual(job.most);
  });
});
