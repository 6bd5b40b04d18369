import { ServiceError } from '../../kit/contract/errors.ts';

/** What is thrown for a name that no model has. */
export function modelNotFound(idOrAlias: string): ServiceError {
  return new ServiceError('model_not_found', `There is no model ${JSON.stringify(idOrAlias)}, by id or by alias.`);
}
