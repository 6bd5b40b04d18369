import { isDeepStrictEqual } from 'node:util';
import type { Hyperparameters } from '../../jobs/submission/requestSchema.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { ModelRow } from '../../store/database/tables.ts';
import { type Description, readAnyDescription } from '../stored/description.ts';
import { modelNotFound } from '../stored/modelNotFound.ts';

const MIN_MEMBERS = 2;
const MAX_MEMBERS = 64;

/** A model that may become a member. */
export interface Candidate {
  readonly row: ModelRow;
  readonly description: Description;
  readonly hyperparameters: Hyperparameters;
}

/** What members have to share, and what is said of one that does not. */
const SHARED: readonly {
  readonly of: (candidate: Candidate) => unknown;
  readonly message: (candidate: Candidate, first: Candidate) => string;
}[] = [
  {
    of: ({ row }) => row.target,
    message: ({ row }, first) => `predicts '${row.target}', and ${first.row.id} '${first.row.target}'`,
  },
  {
    of: ({ row }) => row.task,
    message: ({ row }, first) => `is of the task ${row.task}, and ${first.row.id} of ${first.row.task}`,
  },
  {
    of: ({ hyperparameters: { datasetId } }) => datasetId,
    message: (_candidate, first) => `was trained on another dataset than ${first.row.id}`,
  },
  {
    of: ({ row, hyperparameters: { split, weightColumn } }) => [split, weightColumn, row.splitId],
    message: (_candidate, first) =>
      `was trained on other rows than ${first.row.id}: \`split\` and \`weightColumn\` have to be the same, or no rows are left to test both`,
  },
  {
    of: ({ description: { fittedTarget } }) => (fittedTarget.kind === 'classes' ? fittedTarget.classes : null),
    message: (_candidate, first) => `has other classes than ${first.row.id}, or has them in another order`,
  },
];

/** Throws ServiceError `invalid_ensemble` when so many models, or one of them twice, are no ensemble. */
export function checkIds(ids: readonly string[]): void {
  if (ids.length < MIN_MEMBERS || ids.length > MAX_MEMBERS) {
    throw incompatible(`it has ${MIN_MEMBERS} to ${MAX_MEMBERS} members, not ${ids.length}`);
  }
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) throw incompatible(`${twice} is named twice`);
}

/** The models in the order of their ids. Throws `model_not_found`, and `invalid_ensemble` where they have nothing to average. */
export function checkMembers(ids: readonly string[], rows: readonly ModelRow[]): readonly Candidate[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const candidates = ids.map((id) => toCandidate(id, byId.get(id)));
  const [first] = candidates;
  for (const { of, message } of SHARED) {
    const other = candidates.find((candidate) => !isDeepStrictEqual(of(candidate), of(first)));
    if (other !== undefined) throw incompatible(`${other.row.id} ${message(other, first)}`);
  }
  return candidates;
}

function toCandidate(id: string, row: ModelRow | undefined): Candidate {
  if (row === undefined) throw modelNotFound(id);
  const description = readAnyDescription(row.description);
  if ('members' in description) throw incompatible(`${id} is an ensemble itself: name its members instead`);
  // Written from the request of the job, of that type.
  return { row, description, hyperparameters: description.hyperparameters as Hyperparameters };
}

function incompatible(why: string): ServiceError {
  return new ServiceError('invalid_ensemble', `The models make no ensemble: ${why}.`);
}
