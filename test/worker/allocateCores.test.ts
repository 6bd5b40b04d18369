import { describe, expect, it } from 'vitest';
import { allocateCores } from '../../src/worker/allocateCores.ts';

describe('the cores', () => {
  it.each([
    ['all go to a job alone that can use them', 8, [256], [8]],
    ['go to a job alone as far as it can use them', 8, [3], [3]],
    ['are shared evenly, the odd one to the oldest', 7, [256, 256], [4, 3]],
    ['that a small job leaves go to the others', 8, [1, 256, 256], [1, 4, 3]],
    ['that nobody can use stay idle', 8, [1, 2], [1, 2]],
    ['are one for each job when there are no more', 2, [256, 256], [1, 1]],
    ['are one for each job when there are fewer', 2, [256, 256, 256], [1, 1, 1]],
    ['go to nobody without a job', 2, [], []],
  ])('%s', (_, cores, most, shares) => {
    expect(allocateCores(cores, most)).toEqual(shares);
  });
});
