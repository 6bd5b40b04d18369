import { ServiceError } from '../../kit/contract/errors.ts';
import type { Queries } from '../../store/database.ts';
import { storedBytes } from '../../store/storedBytes.ts';
import { quotaExceeded } from '../stored/quota.ts';

/** How large an upload may be, and what is said of one that is larger. */
export interface UploadLimit {
  readonly bytes: number;
  readonly error: ServiceError;
}

/** The service's own. */
export function uploadLimit(bytes: number): UploadLimit {
  const message = `The file is larger than the ${bytes} bytes that are allowed, unpacked: send a part of it.`;
  return { bytes, error: new ServiceError('payload_too_large', message) };
}

/** The service's own, or less, where the project may store `maxBytes` and has less left. */
export async function limitWithinQuota(
  queries: Queries,
  project: string,
  quotaBytes: number | null,
  serviceBytes: number,
): Promise<UploadLimit> {
  if (quotaBytes === null) return uploadLimit(serviceBytes);
  const left = quotaBytes - (await storedBytes(queries, project));
  return left < serviceBytes ? { bytes: left, error: quotaExceeded(quotaBytes) } : uploadLimit(serviceBytes);
}
