import { ServiceError } from '../../kit/contract/errors.ts';
import type { Queries } from '../../store/database/database.ts';
import { storedBytes } from '../../store/storedBytes.ts';
import { quotaExceeded } from '../stored/quota.ts';

/** The maximum size of an upload, and the error for a larger one. */
export interface UploadLimit {
  readonly bytes: number;
  readonly error: ServiceError;
}

/** The limit of the service. */
export function uploadLimit(bytes: number): UploadLimit {
  const message = `The file is larger than the limit of ${bytes} bytes (decompressed): send a smaller file.`;
  return { bytes, error: new ServiceError('payload_too_large', message) };
}

/** The limit of the service, or the rest of the project's storage quota when that is less. */
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
