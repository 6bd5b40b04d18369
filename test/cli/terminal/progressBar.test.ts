import { describe, expect, it } from 'vitest';
import { progressBar, progressLine, type TrainingProgress } from '../../../src/cli/terminal/progressBar.ts';

const HALFWAY: TrainingProgress = {
  epoch: 12,
  epochs: 50,
  fraction: 0.24,
  rowsPerSecond: 910_000,
  etaSeconds: 4.1,
  trainingLoss: 0.291,
  validationLoss: 0.301,
};

describe('progressBar', () => {
  it('shows epochs, losses, speed and time left in one line of 80 columns', () => {
    expect(progressBar(HALFWAY, { columns: 80, unicode: true })).toBe(
      '12/50 ██░░░░░░  24 %  loss 0.2910  validation 0.3010  5 s left  910k rows/s',
    );
  });

  it('needs no more than ASCII', () => {
    expect(progressBar(HALFWAY, { columns: 80, unicode: false })).toBe(
      '12/50 ##------  24 %  loss 0.2910  validation 0.3010  5 s left  910k rows/s',
    );
  });

  it('leaves out what does not fit, the least important first', () => {
    const line = progressBar(HALFWAY, { columns: 50, unicode: false });
    expect(line).toBe('12/50 ##------  24 %  loss 0.2910');
  });

  it.each([80, 60, 40, 30])('stays below %i columns', (columns) => {
    expect(progressBar(HALFWAY, { columns, unicode: true }).length).toBeLessThan(columns);
  });

  it('is full at the end, without a remaining time', () => {
    const done = { ...HALFWAY, epoch: 50, fraction: 1, etaSeconds: 0, validationLoss: null };
    expect(progressBar(done, { columns: 80, unicode: true })).toBe('50/50 ████████ 100 %  loss 0.2910  910k rows/s');
  });

  it('has the same content as a line of words', () => {
    expect(progressLine(HALFWAY)).toBe('epoch 12/50  loss 0.2910  validation 0.3010  5 s left  910k rows/s');
  });
});
