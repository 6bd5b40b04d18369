import { describe, expect, it } from 'vitest';
import { allocateCores } from '../../src/worker/run/allocateCores.ts';

describe('cores', () => {
  it.each([
    ['are all allocated to a single job that can use them', 8, [256], [8]],
    ['are allocated to a single job up to its limit', 8, [3], [3]],
    ['are shared evenly, with an odd one for the oldest job', 7, [256, 256], [4, 3]],
    ['that a small job cannot use are allocated to the others', 8, [1, 256, 256], [1, 4, 3]],
    ['that no job can use are idle', 8, [1, 2], [1, 2]],
    ['are one for each job when there are as many jobs', 2, [256, 256], [1, 1]],
    ['are one for each job when there are more jobs', 2, [256, 256, 256], [1, 1, 1]],
    ['are not allocated without a job', 2, [], []],
  ])('%s', (_, cores, limits, shares) => {
    expect(allocateCores(cores, limits)).toEqual(shares);
  });
});
