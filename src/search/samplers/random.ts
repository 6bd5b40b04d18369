import { createGenerator } from '../../engine/random.ts';
import { decode } from '../space/space.ts';
import type { CreateSampler } from './sampler.ts';

/** Uniform over the space. */
export const createRandom: CreateSampler = (space, seed) => (n) => {
  const { uniform } = createGenerator(seed, n);
  return decode(
    space,
    space.map(() => uniform()),
  );
};
