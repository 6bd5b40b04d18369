import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXAMPLE_TABLE } from '../../src/datasets/upload/exampleTable.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';

const HAS_CURL = spawnSync('curl', ['--version']).status === 0;

let service: BuiltService;
let folder: string;
beforeAll(async () => {
  service = await startBuiltService();
  folder = mkdtempSync(join(tmpdir(), 'trainyard-home-'));
  writeFileSync(join(folder, 'table.csv'), EXAMPLE_TABLE.csv);
  writeFileSync(join(folder, 'rows.csv'), EXAMPLE_TABLE.csv);
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

async function run(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', `${command} --silent --fail-with-body`], { cwd: folder });
  return stdout;
}

it.skipIf(!HAS_CURL)('GET / lists commands that lead from a table to predictions unchanged (needs curl)', async () => {
  const page = await run(`curl ${service.address}`);
  const [upload = '', create = '', follow = '', show = '', predict = ''] = page
    .split('\n')
    .filter((line) => line.startsWith('curl '));
  const dataset = JSON.parse(await run(upload));
  const job = JSON.parse(await run(create.replace('ds_…', dataset.id).replace('COLUMN', 'income')));
  const { state, modelId } = JSON.parse(await run(follow.replace('job_…', job.id)));
  expect(state).toBe('succeeded');
  expect(JSON.parse(await run(show.replace('mdl_…', modelId)))).toMatchObject({ id: modelId, target: 'income' });
  const predictions = await run(predict.replace('mdl_…', modelId));
  expect(predictions.trimEnd().split('\n')).toHaveLength(1 + EXAMPLE_TABLE.json.length);
});
