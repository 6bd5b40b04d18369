import { expect, it } from 'vitest';
import { compareRows } from './compare.ts';

const wasm = { shape: [14, 2], batch: 32, program: 'wasm', threads: 1, fastestMs: 2, ofPeak: null };

it('divides the measurements by those of an earlier run with the same shape, program and threads', () => {
  const earlier = [
    { ...wasm, threads: 2, fastestMs: 5 },
    { ...wasm, fastestMs: 4 },
  ];
  expect(compareRows([wasm], earlier)).toEqual([
    { shape: [14, 2], batch: 32, program: 'wasm', threads: 1, fastestMs: 0.5, verdict: 'faster' },
  ]);
});

it('marks what got slower, except within the noise', () => {
  const verdictAfter = (fastestMs: number) => compareRows([wasm], [{ ...wasm, fastestMs }])[0].verdict;
  expect(verdictAfter(1)).toBe('SLOWER');
  expect(verdictAfter(1.95)).toBe('');
});

it('leaves out rows that only one of the runs has', () => {
  expect(compareRows([wasm], [{ ...wasm, program: 'native (avx2)' }])).toEqual([]);
  expect(compareRows([], [wasm])).toEqual([]);
});
