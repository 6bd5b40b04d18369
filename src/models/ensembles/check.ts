import { isDeepStrictEqual } from 'node:util';
import { ServiceError } from '../../kit/contract/errors.ts';
import type { ModelRow } from '../../store/database/tables.ts';
import { type Description, readAnyDescription } from '../stored/description.ts';
import { modelNotFound } from '../stored/modelStore.ts';

const MIN_MEMBERS = 2;
const MAX_MEMBERS = 64;

/** A model that may become a member. */
export interface Candidate {
  readonly row: ModelRow;
  readonly description: Description;
}

/** A property that all members share, and the message for a member that differs from the first. */
const SHARED: readonly {
  readonly of: (candidate: Candidate) => unknown;
  readonly message: (candidate: Candidate, first: Candidate) => string;
}[] = [
  {
    of: ({ row }) => row.target,
    message: ({ row }, first) => `predicts '${row.target}', but ${first.row.id} predicts '${first.row.target}'`,
  },
  {
    of: ({ row }) => row.task,
    message: ({ row }, first) => `has the task ${row.task}, but ${first.row.id} has ${first.row.task}`,
  },
  {
    of: ({ description: { hyperparameters } }) => hyperparameters.datasetId,
    message: (_candidate, first) => `was trained on another dataset than ${first.row.id}`,
  },
  {
    of: ({ row, description: { hyperparameters } }) => [
      hyperparameters.split,
      hyperparameters.weightColumn,
      row.splitId,
    ],
    message: (_candidate, first) =>
      `was trained on other rows than ${first.row.id}; use the same \`split\` and \`weightColumn\`, so that both have the same test rows`,
  },
  {
    of: ({ description: { fittedTarget } }) => (fittedTarget.kind === 'classes' ? fittedTarget.classes : null),
    message: (_candidate, first) => `has other classes than ${first.row.id}, or another order of them`,
  },
];

/**
 * Throws ServiceError `invalid_ensemble` for a wrong number of members, or for a model that is
 * named twice.
 */
export function checkIds(ids: readonly string[]): void {
  if (ids.length < MIN_MEMBERS || ids.length > MAX_MEMBERS) {
    throw incompatible(`expected ${MIN_MEMBERS} to ${MAX_MEMBERS} members, got ${ids.length}`);
  }
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) throw incompatible(`${twice} is named twice`);
}

/**
 * The models in the order of their ids. Throws `model_not_found`, and `invalid_ensemble` if their
 * predictions cannot be averaged or measured together.
 */
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
  if ('members' in description) {
    const advice = description.members === null ? 'use single networks' : 'name its members instead';
    throw incompatible(`${id} is an ensemble itself; ${advice}`);
  }
  return { row, description };
}

function incompatible(why: string): ServiceError {
  return new ServiceError('invalid_ensemble', `The models cannot form an ensemble: ${why}.`);
}
