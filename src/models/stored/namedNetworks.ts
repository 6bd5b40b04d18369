import { z } from 'zod';
import type { Database } from '../../store/database/database.ts';
import type { ModelRow } from '../../store/database/tables.ts';
import { assertMember } from './chosenMember.ts';
import { type AnyDescription, readAnyDescription } from './description.ts';
import type { EnsembleDescription } from './ensembleDescription.ts';
import { createModelLookup } from './modelStore.ts';
import { openMember, openModel, type StoredModel } from './storedNetworks.ts';

/** `?member=` of every route that answers for one network or all of them. */
export const memberQuery = z.coerce
  .number()
  .int()
  .min(1)
  .optional()
  .describe(
    'Only this network of an ensemble, in the form of a single network: its position in `members` or `snapshots` of the model, from 1.',
  );

/** The model of which a member is a copy, or the network of a job after an epoch. */
export type MemberName = { readonly modelId: string } | { readonly member: number; readonly epoch: number };

/** The networks that a request names. */
export interface NamedNetworks {
  readonly row: ModelRow;
  readonly model: StoredModel;
  /** One for each member of an ensemble, in order; null for a single network. */
  readonly names: readonly MemberName[] | null;
}

/**
 * All networks of a model, or the given member, from 1. Throws `model_not_found`, and
 * `member_not_found` if the model has no such member.
 */
export async function findNetworks(
  database: Database,
  project: string,
  idOrAlias: string,
  member?: number,
): Promise<NamedNetworks> {
  const row = await createModelLookup(database, project).row(idOrAlias);
  const description = readAnyDescription(row.description);
  if (member === undefined) return { row, model: openModel(database, row, description), names: namesOf(description) };
  assertMember(row.id, description, member);
  return { row, model: openMember(database, row, member), names: null };
}

/** The first of the networks, or of their descriptions. Every model has at least one. */
export async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item> {
  for await (const item of items) return item;
  throw new Error('The model has no networks.');
}

function namesOf(description: AnyDescription): readonly MemberName[] | null {
  return 'members' in description ? memberNames(description) : null;
}

function memberNames({ members, snapshots }: EnsembleDescription): readonly MemberName[] {
  return members?.map((modelId) => ({ modelId })) ?? snapshots?.map(({ member, epoch }) => ({ member, epoch })) ?? [];
}
