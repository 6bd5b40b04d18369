import { ServiceError } from '../../kit/contract/errors.ts';

/**
 * The error for a spec that the data make impossible; `path` is the JSON pointer of what to change.
 */
export function invalidSpec(path: string, message: string): ServiceError {
  return new ServiceError('invalid_spec', message, [{ path, message }]);
}
