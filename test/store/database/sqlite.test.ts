import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { sqliteDialect } from '../../../src/store/database/sqlite/sqlite.ts';
import { describeDatabase } from './contract.ts';

describeDatabase({
  dialect: sqliteDialect,
  newLocation() {
    const folder = mkdtempSync(join(tmpdir(), 'trainyard-contract-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return join(folder, 'trainyard.sqlite');
  },
});
