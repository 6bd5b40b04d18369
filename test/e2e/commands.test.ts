import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { ENDLESS } from '../support/endless.ts';
import { apiAt } from './support/api.ts';
import { runTrainyard } from './support/commandLine.ts';

describe('the client commands', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-commands-'));
  const table = join(folder, 'sums.csv');
  let service: BuiltService | undefined;
  let url = '';

  beforeAll(async () => {
    const rows = Array.from({ length: 300 }, (_, index) => [index % 17, index % 23, (index % 17) + (index % 23)]);
    writeFileSync(table, `${['a,b,total', ...rows.map((row) => row.join())].join('\n')}\n`);
    service = await startBuiltService(['--workers', '1']);
    url = service.address;
  });

  afterAll(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true });
  });

  it('train, and then predict from the model', async () => {
    const flags = ['--target', 'total', '--task', 'regression', '--epochs', '30', '--url', url];
    const trained = await runTrainyard(['train', table, ...flags]);
    expect(trained).toMatchObject({ code: 0, errors: '' });
    expect(trained.output).toMatch(/^r2 +/m);
    const model = /models\/(mdl_\w+)/.exec(trained.output)?.[1] ?? '';
    const predicted = await runTrainyard(['predict', model, table, '--url', url]);
    expect(predicted).toMatchObject({ code: 0, errors: '' });
    expect(predicted.output.trim().split(/\r?\n/)).toHaveLength(301);
  });

  it('cancel the training on Ctrl-C', async () => {
    const spec = join(folder, 'endless.json');
    writeFileSync(spec, JSON.stringify(ENDLESS));
    const args = ['train', table, '--target', 'total', '--spec', spec, '--url', url];
    const { code, errors, output } = await runTrainyard(args, (line, child) => {
      if (line.startsWith('Job ')) child.kill('SIGINT');
    });
    expect(code).toBe(130);
    const job = /^Job (job_\w+)/m.exec(output)?.[1];
    expect(errors).toBe(`Interrupted: ${job} is cancelled.\n`);
    expect(await apiAt(url).ended(String(job))).toMatchObject({ state: 'cancelled' });
  });

  it('fail with every mistake that the service found', async () => {
    const { code, errors } = await runTrainyard(['train', table, '--target', 'sum', '--url', url]);
    expect(code).toBe(1);
    expect(errors).toContain('  /target: ');
  });

  it('refuse a wrong configuration with an exit code of its own', async () => {
    expect((await runTrainyard(['train', table])).code).toBe(78);
    expect((await runTrainyard(['ship'])).code).toBe(78);
    expect((await runTrainyard(['serve', '--port', 'http'])).code).toBe(78);
  });

  it('have help, and a version', async () => {
    const help = await runTrainyard(['--help']);
    expect(help).toMatchObject({ code: 0, errors: '' });
    expect(help.output).toMatch(/ serve .* demo .* train .* predict .* migrate .* openapi /s);
    const demo = await runTrainyard(['demo', '--help']);
    expect(demo.output).toContain('TRAINYARD_PORT=0');
    expect((await runTrainyard(['--version'])).output).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
