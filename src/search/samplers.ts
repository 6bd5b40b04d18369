import { createGp } from './samplers/gp/gp.ts';
import { createGrid, gridIssues, gridSize } from './samplers/grid.ts';
import { createRandom } from './samplers/random.ts';
import type { CreateSampler, SpaceIssue } from './samplers/sampler.ts';
import { createSobol } from './samplers/sobol.ts';
import { createTpe } from './samplers/tpe/tpe.ts';
import type { Space } from './space/space.ts';

interface Sampler {
  /** One phrase for the API documentation. */
  readonly summary: string;
  readonly create: CreateSampler;
  /** The reasons why the sampler cannot search the space. */
  readonly issues: (space: Space) => readonly SpaceIssue[];
  /** The number of trials that exhausts the space; null: unlimited. */
  readonly size: (space: Space) => number | null;
}

const anySpace = { issues: () => [], size: () => null };

/** To add a sampler, add its file and a row here. */
export const SAMPLERS = {
  grid: { summary: 'every combination', create: createGrid, issues: gridIssues, size: gridSize },
  random: { summary: 'uniform over the space', create: createRandom, ...anySpace },
  sobol: { summary: 'evenly spread over the space', create: createSobol, ...anySpace },
  tpe: { summary: 'tree-structured Parzen estimators', create: createTpe, ...anySpace },
  gp: { summary: 'a Gaussian process, for few parameters and expensive trials', create: createGp, ...anySpace },
} as const satisfies Readonly<Record<string, Sampler>>;
export type Algorithm = keyof typeof SAMPLERS;
