import { expect, it } from 'vitest';
import { compareRows } from './compare.ts';

const wasm = { shape: [14, 2], batch: 32, kernels: 'wasm', threads: 1, millisecondsPerStep: 2, shareOfPeak: null };

it('divides what was measured by what an earlier run measured of the same shape, kernels and threads', () => {
  const earlier = [
    { ...wasm, threads: 2, millisecondsPerStep: 5 },
    { ...wasm, millisecondsPerStep: 4 },
  ];
  expect(compareRows([wasm], earlier)).toEqual([
    { shape: [14, 2], batch: 32, kernels: 'wasm', threads: 1, millisecondsPerStep: 0.5 },
  ]);
});

it('leaves out what only one of the runs measured', () => {
  expect(compareRows([wasm], [{ ...wasm, kernels: 'native (avx2)' }])).toEqual([]);
  expect(compareRows([], [wasm])).toEqual([]);
});
