import { createGenerator } from '../../engine/random.ts';
import { decode } from '../space/space.ts';
import type { CreateSampler } from './sampler.ts';

/** Every point as likely as any other. */
export const createRandom: CreateSampler = (space, seed) => (n) => {
  const { uniform } = createGenerator(seed, n);
  return decode(
    space,
    space.map(() => uniform()),
  );
};
