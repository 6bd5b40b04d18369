import { ServiceError } from '../../kit/contract/errors.ts';
import type { AnyDescription } from './description.ts';
import { countNetworks, type EnsembleDescription } from './ensembleDescription.ts';

/** Throws `member_not_found` unless the model is an ensemble with that member, from 1. */
export function assertMember(id: string, description: AnyDescription, member: number): void {
  const members = 'members' in description ? countNetworks(description) : 0;
  if (member <= members) return;
  const advice =
    members === 0
      ? 'It is a single network: leave out `member`'
      : `It has ${members}: use a number from 1 to ${members}`;
  throw new ServiceError('member_not_found', `The model ${id} has no member ${member}. ${advice}.`);
}

/** The member with the largest weight, from 1; the first of those with equal weights. */
export function heaviestMember({ snapshots }: EnsembleDescription): number {
  const weights = snapshots?.map(({ weight }) => weight) ?? [0];
  return weights.indexOf(Math.max(...weights)) + 1;
}
