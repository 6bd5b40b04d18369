import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { applyMigrations } from '../../src/cli/migrate.ts';
import { createTestTerminal } from './support/testTerminal.ts';

describe('trainyard migrate', () => {
  it('names what it applied, and the second time finds nothing to do', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trainyard-migrate-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const data = join(folder, 'data');
    const [first, second] = [createTestTerminal(), createTestTerminal()];
    expect(applyMigrations(['--data', data], first)).toBe(0);
    expect(first.written.output).toMatch(/^0001_datasets\.sql: applied\n/);
    expect(applyMigrations(['--data', data], second)).toBe(0);
    expect(second.written.output).toBe(`${join(data, 'trainyard.sqlite')} is up to date.\n`);
  });
});
