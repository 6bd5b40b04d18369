import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { applyMigrations } from '../../../src/cli/commands/migrate.ts';
import { foldersOf } from '../../../src/kit/folders.ts';
import { createTestTerminal } from '../support/testTerminal.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-migrate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('trainyard migrate', () => {
  it('lists the migrations that it applied, and none the second time', () => {
    const data = newFolder();
    writeFileSync(foldersOf(data).database, '');
    const [first, second] = [createTestTerminal(), createTestTerminal()];
    expect(applyMigrations(['--data', data], first)).toBe(0);
    expect(first.written.output).toMatch(/^0001_baseline\.sql: applied\n/);
    expect(applyMigrations(['--data', data], second)).toBe(0);
    expect(second.written.output).toBe(`${join(data, 'trainyard.sqlite')} is up to date.\n`);
  });

  it.each([
    ['absent', 'does not exist'],
    ['empty', 'has no database of a service'],
  ])('refuses a data folder that is %s, and creates no database', (name, message) => {
    const root = newFolder();
    mkdirSync(join(root, 'empty'));
    const data = join(root, name);
    expect(() => applyMigrations(['--data', data], createTestTerminal())).toThrow(`--data ${data} ${message}`);
    expect(existsSync(foldersOf(data).database)).toBe(false);
  });
});
