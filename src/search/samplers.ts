import { createGp } from './samplers/gp/gp.ts';
import { createGrid, gridIssues, gridSize } from './samplers/grid.ts';
import { createRandom } from './samplers/random.ts';
import type { CreateSampler, SpaceIssue } from './samplers/sampler.ts';
import { createSobol } from './samplers/sobol.ts';
import { createTpe } from './samplers/tpe/tpe.ts';
import type { Space } from './space/space.ts';

interface Sampler {
  readonly create: CreateSampler;
  /** Why it cannot search that space; none where it can. */
  readonly issues: (space: Space) => readonly SpaceIssue[];
  /** After how many trials there is nothing left to try; null: never. */
  readonly size: (space: Space) => number | null;
}

const anySpace = { issues: () => [], size: () => null };

/** A new sampler is its file and a row here. */
export const SAMPLERS = {
  grid: { create: createGrid, issues: gridIssues, size: gridSize },
  random: { create: createRandom, ...anySpace },
  sobol: { create: createSobol, ...anySpace },
  tpe: { create: createTpe, ...anySpace },
  gp: { create: createGp, ...anySpace },
} as const satisfies Readonly<Record<string, Sampler>>;
export type Algorithm = keyof typeof SAMPLERS;
