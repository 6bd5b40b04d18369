import { describe, expect, it } from 'vitest';
import { lossChart } from '../../../src/cli/terminal/lossChart.ts';

const FALLING = [1, 0.5, 0.3, 0.2, 0.2].map((trainingLoss, index) => ({
  epoch: index + 1,
  trainingLoss,
  validationLoss: [0.8, 0.6, 0.5, 0.5, 0.6][index] ?? null,
}));

describe('lossChart', () => {
  it('draws training and validation in one chart', () => {
    expect(lossChart(FALLING, { columns: 40, unicode: true })).toBe(`\
 1.000 ┤•
       │ •
       │  •
0.8000 ┤○○ •
       │  ○○•
       │    ○◉○
0.6000 ┤      •○○○○                  ○○○
       │       •   ○○○○○        ○○○○○
       │        •••     ○○○○○○○○
0.4000 ┤           ••
       │             •••
       │                •••••
0.2000 ┤                     •••••••••••
       └────────────────────────────────
        1            epoch             5
        • training loss  ○ validation loss  ◉ both
`);
  });

  it('needs no more than ASCII', () => {
    expect(lossChart(FALLING, { columns: 40, unicode: false })).toMatch(/^[\n -~]+$/);
  });

  it('draws only the training loss without validation rows', () => {
    const chart = lossChart(
      FALLING.map((loss) => ({ ...loss, validationLoss: null })),
      { columns: 40, unicode: false },
    );
    expect(chart).toContain('* training loss');
    expect(chart).not.toContain('validation');
  });

  it('draws losses over several magnitudes on a logarithmic axis', () => {
    const losses = [1000, 100, 10, 1].map((trainingLoss, index) => ({
      epoch: index + 1,
      trainingLoss,
      validationLoss: null,
    }));
    expect(lossChart(losses, { columns: 40, unicode: false })).toBe(`\
 1000 +***
      |   ****
      |       ***
177.8 +          *
      |           ***
      |              ****
31.62 +                  **
      |                    *
      |                     ****
5.623 +                         ****
      |                             **
      |                               *
1.000 +                                *
      +---------------------------------
       1             epoch             4
       * training loss  (logarithmic)
`);
  });

  it('draws one epoch, and none', () => {
    expect(lossChart(FALLING.slice(0, 1), { columns: 40, unicode: true })).toContain('1.000');
    expect(lossChart([], { columns: 80, unicode: true })).toBe('');
  });

  it('leaves out non-finite losses', () => {
    const diverged = [...FALLING, { epoch: 6, trainingLoss: Number.POSITIVE_INFINITY, validationLoss: null }];
    expect(lossChart(diverged, { columns: 40, unicode: true })).not.toMatch(/NaN|Infinity/);
  });

  it.each([1, 2, 30, 5000])('fits its columns for %i epochs', (epochs) => {
    const losses = Array.from({ length: epochs }, (_, index) => ({
      epoch: index + 1,
      trainingLoss: 1 / (index + 1),
      validationLoss: 0.5,
    }));
    const lines = lossChart(losses, { columns: 80, unicode: true }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
