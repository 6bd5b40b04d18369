import { expect, it } from 'vitest';
import { formatTable } from './report.ts';
import { stepRow } from './stepRow.ts';

it('prints rows of one shape under its title, numbers aligned right', () => {
  const rows = [
    { shape: [14, 2], batch: 32, program: 'wasm', medianMs: 2.5 },
    { shape: [14, 2], batch: 32, program: 'PyTorch', medianMs: 12.25 },
    { shape: [3, 1], batch: 8, program: 'wasm', medianMs: null },
  ];
  expect(formatTable(rows)).toBe(`shape 14-2, batch 32
program  medianMs
wasm        2.500
PyTorch     12.25

shape 3-1, batch 8
program  medianMs
wasm     -`);
});

it('fits a step into 110 columns', () => {
  const shape = { shape: [1024, 2048, 2048, 16], batch: 1024 } as const;
  const row = stepRow(shape, {
    program: 'PyTorch 1.13.0a0, fused',
    precision: 'bfloat16',
    threads: 128,
    times: { median: 0.00123456, fastest: 0.00123456 },
    peak: 0.00123456,
    betweenNs: 123.456,
  });
  const lines = formatTable([{ ...row, timesOurs: 0.00123456 }]).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
});
