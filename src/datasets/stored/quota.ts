import { ServiceError } from '../../kit/contract/errors.ts';

/** The error for data that would exceed the storage quota of a project. */
export function quotaExceeded(quotaBytes: number): ServiceError {
  const message = `Storage quota exceeded: the project may store ${quotaBytes} bytes. Delete datasets or models first.`;
  return new ServiceError('stored_bytes_quota', message);
}
