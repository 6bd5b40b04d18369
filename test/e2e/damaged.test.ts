import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runTrainyard } from './support/commandLine.ts';

it('does not start with a damaged database: it names the file and the remedy', async () => {
  const data = mkdtempSync(join(tmpdir(), 'trainyard-damaged-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const database = join(data, 'trainyard.sqlite');
  writeFileSync(database, 'age,income\n39,1\n'.repeat(1000));
  const { code, errors } = await runTrainyard(['serve', '--port', '0', '--data', data]);
  expect(code).toBe(1);
  expect(errors).toContain(`The database ${database} is damaged`);
  expect(errors).toContain('`trainyard restore`');
});
