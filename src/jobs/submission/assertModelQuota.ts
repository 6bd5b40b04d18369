import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { Queries } from '../../store/database/database.ts';
import { storedBytes } from '../../store/storedBytes.ts';
import { estimateCost } from '../../training/estimate/cost.ts';
import { estimateEnsembleModel } from '../../training/estimate/ensemble.ts';
import type { CheckedEnsemble, CheckedRequest } from './check.ts';

/**
 * Throws ServiceError `stored_bytes_quota` if the model of a training, by the shapes of its
 * parameters, would exceed the quota of its project, so that no training runs for hours in vain.
 * The quota is checked again when the model is saved.
 */
export async function assertModelQuota(
  queries: Queries,
  { project, quotas }: Tenant,
  checked: Pick<CheckedRequest, 'spec' | 'shape'> | Pick<CheckedEnsemble, 'ensemble' | 'shape'>,
): Promise<void> {
  const limit = quotas.storedBytes;
  if (limit === null) return;
  const { shape } = checked;
  const modelBytes =
    'ensemble' in checked
      ? estimateEnsembleModel(checked.ensemble, shape)
      : estimateCost(checked.spec, shape).modelBytes;
  const left = Math.max(0, limit - (await storedBytes(queries, project)));
  if (modelBytes <= left) return;
  const detail = `Storage quota reached: the model needs about ${modelBytes} bytes, and ${left} of ${limit} bytes are free. Delete datasets or models first, or use smaller layers.`;
  throw new ServiceError('stored_bytes_quota', detail);
}
