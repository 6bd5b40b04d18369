import { expect, it } from 'vitest';
import { heaviestMember } from '../../../src/models/stored/chosenMember.ts';
import type { EnsembleDescription } from '../../../src/models/stored/ensembleDescription.ts';

function ensembleOf(weights: readonly number[] | null): EnsembleDescription {
  const snapshots =
    weights?.map((weight, index) => ({
      member: index + 1,
      fold: null,
      epoch: 1,
      weight,
      score: 0.1,
      temperature: 1,
    })) ?? null;
  const metrics = { training: null, validation: null, test: null };
  const rest = { classes: null, inputs: [], parameterCount: 1, multiplyAddsPerRow: 1, metrics, warnings: [] };
  return { version: 1, kind: 'ensemble', members: weights === null ? ['mdl_1', 'mdl_2'] : null, snapshots, ...rest };
}

it.each([
  [[0.2, 0.5, 0.3], 2],
  [[0.4, 0.2, 0.4], 1],
  [null, 1],
])('of the weights %j, the heaviest member is number %i', (weights, member) => {
  expect(heaviestMember(ensembleOf(weights))).toBe(member);
});
