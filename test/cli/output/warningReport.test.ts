import { describe, expect, it } from 'vitest';
import { warningReport } from '../../../src/cli/output/warningReport.ts';
import { createTestTerminal } from '../support/testTerminal.ts';

const TERMINAL = createTestTerminal({ columns: 40 });
const CONSTANT = { column: 'z', message: 'One value in all rows: it predicts nothing.' };

describe('warnings', () => {
  it('name their column and fit the terminal', () => {
    expect(warningReport([CONSTANT], TERMINAL)).toBe('  z: One value in all rows: it predicts\n  nothing.\n');
  });

  it('are counted if there are many', () => {
    const many = Array.from({ length: 25 }, (_, index) => ({ column: `x${index}`, message: 'Constant.' }));
    const lines = warningReport(many, TERMINAL).trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('  And 15 more.');
  });
});
