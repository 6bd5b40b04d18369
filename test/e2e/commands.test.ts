import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';
import { LONG_JOB } from '../support/longJob.ts';
import { apiAt } from './support/api.ts';
import { type Ended, runTrainyard } from './support/commandLine.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the client commands', () => {
  const table = join(folder, 'sums.csv');
  const endless = join(folder, 'endless.json');
  const sweepSpec = join(folder, 'sweep.json');
  let service: BuiltService | undefined;
  let url = '';

  beforeAll(async () => {
    const rows = Array.from({ length: 300 }, (_, index) => [index % 17, index % 23, (index % 17) + (index % 23)]);
    writeFileSync(table, `${['a,b,total', ...rows.map((row) => row.join())].join('\n')}\n`);
    writeFileSync(endless, JSON.stringify(LONG_JOB));
    const space = { 'training.batchSize': { type: 'choice', values: [16, 32] } };
    writeFileSync(sweepSpec, JSON.stringify({ job: { target: 'total', ...LONG_JOB }, space, search: { trials: 2 } }));
    service = await startBuiltService(['--workers', '1']);
    url = service.address;
  });

  afterAll(async () => void (await service?.stop()));

  const trainFlags = () => ['--target', 'total', '--task', 'regression', '--epochs', '30', '--url', url];

  it('train, and then predict with the model', async () => {
    const trained = await runTrainyard(['train', table, ...trainFlags()]);
    expect(trained).toMatchObject({ code: 0, errors: '' });
    expect(trained.output).toMatch(/^r2 +/m);
    const model = /models\/(mdl_\w+)/.exec(trained.output)?.[1] ?? '';
    const predicted = await runTrainyard(['predict', model, table, '--url', url]);
    expect(predicted).toMatchObject({ code: 0, errors: '' });
    expect(predicted.output.trim().split(/\r?\n/)).toHaveLength(301);
  });

  it.each([
    ['plain', (content: Buffer) => content],
    ['packed', gzipSync],
  ])('train on and predict from %s standard input, and print only JSON', async (_name, pack) => {
    const input = pack(readFileSync(table));
    const trained = await runTrainyard(['train', '-', '--json', ...trainFlags()], undefined, [], input);
    expect(trained).toMatchObject({ code: 0, errors: '' });
    const { job, model } = JSON.parse(trained.output);
    expect(job).toMatchObject({ state: 'succeeded', modelId: model.id });
    const predicted = await runTrainyard(['predict', model.id, '-', '--json', '--url', url], undefined, [], input);
    expect(predicted).toMatchObject({ code: 0, errors: '' });
    const { predictions, warnings } = JSON.parse(predicted.output);
    expect([predictions.length, typeof predictions[0].value, warnings]).toEqual([300, 'number', []]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('leave the job and the sweep running at %s, and say so', async (signal) => {
    const job = await interruptedAt(signal, /^Job (job_\w+)/, ['train', table, '--target', 'total', '--spec', endless]);
    expect(job).toMatchObject({ code: 130, errors: followAndCancel('train', 'jobs', job.id) });
    const sweep = await interruptedAt(signal, /^Sweep (swp_\w+)/, ['sweep', sweepSpec, '--table', table]);
    expect(sweep).toMatchObject({ code: 130, errors: followAndCancel('sweep', 'sweeps', sweep.id) });
    const api = apiAt(url);
    expect((await api.get<{ state: string }>(`/v1/jobs/${job.id}`)).body.state).toMatch(/queued|running/);
    expect((await api.get<{ state: string }>(`/v1/sweeps/${sweep.id}`)).body.state).toBe('running');
    for (const { errors } of [job, sweep]) cancelByMessage(errors);
    expect(await api.ended(job.id)).toMatchObject({ state: 'cancelled' });
  });

  it('ends at SIGINT while standard input is open, and submits nothing', async () => {
    const input = new PassThrough();
    input.write(`x,y\n${'1,2\n'.repeat(2 ** 19)}`);
    const interrupt = (_line: string, child: ChildProcess) => void child.kill('SIGINT');
    const args = ['train', '-', '--format', 'csv', '--target', 'y', '--url', url];
    const { code, output, errors } = await runTrainyard(args, interrupt, [], input);
    expect({ code, output, errors }).toEqual({
      code: 130,
      output: `Uploading standard input to ${url}\n`,
      errors: 'Interrupted. Nothing was submitted.\n',
    });
  });

  async function interruptedAt(signal: NodeJS.Signals, begun: RegExp, args: readonly string[]) {
    let id = '';
    const ended = await runTrainyard([...args, '--url', url], (line, child) => {
      const found = begun.exec(line)?.[1];
      if (found === undefined) return;
      id = found;
      child.kill(signal);
    });
    return { ...ended, id };
  }

  function followAndCancel(command: string, resource: string, id: string): string {
    return `Interrupted. ${id} continues on the service.
Follow it: trainyard ${command} --watch ${id} --url ${url}
Cancel it: curl -X POST ${url}/v1/${resource}/${id}/cancel
`;
  }

  /** Sends the request in the message. */
  function cancelByMessage(errors: string): void {
    const address = /curl -X POST (\S+)/.exec(errors)?.[1] ?? '';
    const request = `fetch(${JSON.stringify(address)}, { method: 'POST' }).then((answer) => process.exit(answer.ok ? 0 : 1))`;
    expect(spawnSync(process.execPath, ['-e', request]).status).toBe(0);
  }

  it('fail with every issue that the service found, also as a JSON problem', async () => {
    const spec = join(folder, 'impossible.json');
    writeFileSync(spec, JSON.stringify({ training: { batchSize: -1, epochs: -1 } }));
    const args = ['train', table, '--target', 'total', '--spec', spec, '--url', url];
    const { code, errors } = await runTrainyard(args);
    expect(code).toBe(1);
    expect(errors).toMatch(/\n {2}\/training\/batchSize: .*\n {2}\/training\/epochs: /s);
    const asJson = await runTrainyard([...args, '--json']);
    expect([asJson.code, asJson.output]).toEqual([1, '']);
    expect(JSON.parse(asJson.errors)).toMatchObject({
      status: 400,
      code: 'invalid_request',
      errors: expect.any(Array),
    });
  });

  it('name an unknown column before the upload', async () => {
    const { code, errors } = await runTrainyard(['train', table, '--target', 'totl', '--url', 'http://127.0.0.1:9']);
    expect(code).toBe(1);
    expect(errors).toContain('no such column. Did you mean `total`?');
  });

  it('print their own failures as JSON problems', async () => {
    const unreachable = await runTrainyard(['predict', 'mdl_1', table, '--json', '--url', 'http://127.0.0.1:9']);
    expect([unreachable.code, unreachable.output]).toEqual([1, '']);
    expect(JSON.parse(unreachable.errors)).toMatchObject({ code: 'no_answer', detail: expect.any(String) });
    const wrong = await runTrainyard(['sweep', '--json']);
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.errors)).toMatchObject({ code: 'wrong_usage', detail: 'Expected SPEC.json, got none.' });
  });
});

describe('the command line', () => {
  it.each([
    [['ship'], 'Unknown command "ship".\nUsage: trainyard COMMAND [flags]\n'],
    [['trian'], 'Unknown command "trian". Did you mean `train`?\n'],
    [['train', 'a.csv', '--targt', 'y'], 'Unknown flag --targt. Did you mean `--target`?\nUsage: trainyard train FILE'],
    [['train', 'a.csv'], 'Pass --target COLUMN: the column to predict.\nUsage: trainyard train FILE'],
    [['train', 'a.xlsx', '--target', 'y'], 'a.xlsx: the format is unknown.'],
    [['predict', 'mdl_1'], 'Expected MODEL and FILE, got "mdl_1".\nUsage: trainyard predict MODEL FILE'],
    [['keys', 'lits'], 'Did you mean `list`?\nUsage: trainyard keys create'],
    [['serve', 'now'], 'Expected no arguments except flags, got "now".\nUsage: trainyard serve'],
    [['serve', '--port'], 'argument missing'],
  ])('responds to %j with exit code 2 and the usage', async (args, message) => {
    const { code, output, errors } = await runTrainyard(args);
    expect([code, output]).toEqual([2, '']);
    expect(errors).toContain(message);
    expect(errors.trim().split('\n').length).toBeLessThanOrEqual(3);
  });

  it('responds to a wrong setting with exit code 78', async () => {
    const { code, errors } = await runTrainyard(['serve', '--port', 'http']);
    expect({ code, errors }).toEqual({ code: 78, errors: '--port expects PORT, got "http".\n' });
  });

  it.each([
    ['serve', (data: string) => ['serve', '--port', '0', '--data', data]],
    ['serve as a worker', (data: string) => ['serve', '--role', 'worker', '--data', data]],
    ['keys', (data: string) => ['keys', 'list', '--data', data]],
    ['migrate', (data: string) => ['migrate', '--data', data]],
    ['backup', (data: string) => ['backup', join(folder, 'backup'), '--data', data]],
    ['demo', (data: string) => ['demo', '--exit', '--data', data]],
  ])('responds to an unusable data folder with exit code 78 and one line: %s', async (_name, argsFor) => {
    expectOneLine(await runTrainyard(argsFor('/proc/x')), '/proc/x');
  });

  it('responds to an invalid folder for a restore or a backup with exit code 78 and one line', async () => {
    const service = await startBuiltService(['--role', 'api'], join(folder, 'data'));
    await service.stop();
    const backup = join(folder, 'good');
    const data = ['--data', join(folder, 'data')];
    expect(await runTrainyard(['backup', backup, ...data])).toMatchObject({ code: 0 });
    expectOneLine(await runTrainyard(['restore', backup, '--data', '/proc/x']), '/proc/x');
    expectOneLine(await runTrainyard(['backup', '/proc/x', ...data]), '/proc/x');
  });

  function expectOneLine({ code, errors }: Ended, path: string): void {
    expect(code).toBe(78);
    expect(errors).toMatch(/^\S.* .*\n$/);
    expect(errors).toContain(path);
  }

  it('prints a refusal of keys as a JSON problem with --json', async () => {
    const data = join(folder, 'keys');
    const service = await startBuiltService(['--role', 'api'], data);
    await service.stop();
    const { code, output, errors } = await runTrainyard(['keys', 'revoke', 'key_none', '--json', '--data', data]);
    expect([code, output]).toEqual([1, '']);
    expect(JSON.parse(errors)).toMatchObject({ code: 'key_not_found', detail: 'There is no key "key_none".' });
  });

  it('has help, and a version', async () => {
    const help = await runTrainyard(['--help']);
    expect(help).toMatchObject({ code: 0, errors: '' });
    expect(help.output).toMatch(/ serve .* demo .* train .* predict .* migrate .* openapi /s);
    const demo = await runTrainyard(['help', 'demo']);
    expect(demo.output).toContain('TRAINYARD_PORT=0');
    const train = await runTrainyard(['train', '--help']);
    expect(train.output).toMatch(/Ctrl-C \(SIGINT or SIGTERM\) stops following and\s+exits with 130\./);
    expect((await runTrainyard(['--version'])).output).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
