import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { Queries } from '../../store/database/database.ts';
import { storedBytes } from '../../store/storedBytes.ts';
import { estimateCost } from '../../training/estimate/cost.ts';
import type { CheckedRequest } from './check.ts';

/**
 * Throws ServiceError `stored_bytes_quota` where the model of a training would be more than its project may store, as far as shapes tell: nobody is
 * to train for hours what cannot be kept. Whoever saves the model counts again.
 */
export async function assertModelQuota(
  queries: Queries,
  { project, quotas }: Tenant,
  { spec, shape }: Pick<CheckedRequest, 'spec' | 'shape'>,
): Promise<void> {
  const limit = quotas.storedBytes;
  if (limit === null) return;
  const { modelBytes } = estimateCost(spec, shape);
  const left = Math.max(0, limit - (await storedBytes(queries, project)));
  if (modelBytes <= left) return;
  const detail = `The model takes about ${modelBytes} bytes, and of the ${limit} that the project may store ${left} are left: delete datasets or models first, or use smaller layers.`;
  throw new ServiceError('stored_bytes_quota', detail);
}
