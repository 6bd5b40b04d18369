import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { train } from '../../../src/cli/commands/train.ts';
import { type Answers, startFakeService } from '../support/fakeService.ts';
import { FAILED, ROAD, RUNNING } from '../support/responses.ts';
import { createTestTerminal } from '../support/testTerminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-train-'));
afterAll(() => rmSync(folder, { recursive: true }));
const table = join(folder, 'table.csv');
writeFileSync(table, 'x,y\n1,no\n2,yes\n');
const NEVER = new AbortController().signal;

async function runTrain(answers: Answers, args: readonly string[], terminal = createTestTerminal()) {
  await using service = await startFakeService(answers);
  const code = await train([...args, '--url', service.url], terminal, NEVER);
  return { code, received: service.received, ...terminal.written };
}

function bodyOf(received: Awaited<ReturnType<typeof runTrain>>['received'], path: string): unknown {
  return JSON.parse(String(received.find((request) => request.path === path)?.body));
}

describe('trainyard train', () => {
  it('uploads the file, submits the job and succeeds', async () => {
    const { code, received } = await runTrain(ROAD, [table, '--target', 'y']);
    expect(code).toBe(0);
    const [upload] = received;
    expect(upload).toMatchObject({ path: '/v1/datasets?name=table', headers: { 'content-type': 'text/csv' } });
    expect(String(upload?.body)).toBe('x,y\n1,no\n2,yes\n');
    expect(bodyOf(received, '/v1/jobs')).toEqual({ target: 'y', datasetId: 'ds_1' });
  });

  it('sends a gzip file unchanged', async () => {
    const packed = gzipSync('x,y\n1,no\n');
    writeFileSync(join(folder, 'packed.csv.gz'), packed);
    const { received } = await runTrain(ROAD, [join(folder, 'packed.csv.gz'), '--target', 'y']);
    expect(received[0]).toMatchObject({
      path: '/v1/datasets?name=packed',
      headers: { 'content-type': 'text/csv', 'content-encoding': 'gzip' },
      body: packed,
    });
  });

  it('writes lines without control codes if it cannot redraw', async () => {
    const { output } = await runTrain(ROAD, [table, '--target', 'y']);
    expect(output).toContain('epoch 1/2  loss 0.5000  validation 0.6000  3 s left  910k rows/s\nepoch 2/2');
    expect(output).toContain('  z has one value.\n');
    expect(output).toContain('Job job_1\n  id is left out.\n');
    expect(output.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('draws the progress in place on a terminal', async () => {
    const { output } = await runTrain(ROAD, [table, '--target', 'y'], createTestTerminal({ isTty: true }));
    expect(output).toContain('\rqueued, position 1 in the queue\x1b[K');
    expect(output).toContain('\r1/2 ████░░░░  50 %  loss 0.5000  validation 0.6000  3 s left  910k rows/s\x1b[K\r2/2');
  });

  it('shows the losses, the metrics, the confusion of the test rows, and how to predict', async () => {
    const { output } = await runTrain(ROAD, [table, '--target', 'y']);
    expect(output).toContain('• training loss  ○ validation loss');
    expect(output).toContain(`
          training    test
────────  ────────  ──────
loss        0.4000  0.5500
accuracy    0.9000  0.8000

Test rows by true class (down) and predicted class (across):
true  no  yes
────  ──  ───
no     9    1
yes    3    7
`);
    expect(output).toMatch(/curl http:\/\/127\.0\.0\.1:\d+\/v1\/models\/mdl_1\/predict \\\n/);
    expect(output).toContain(`-d '{"rows": [{\n    "x": 1.5, "it'\\''s": "a"\n}]}'`);
  });

  it('shows how to predict with a key, which it does not print', async () => {
    const { output } = await runTrain(ROAD, [table, '--target', 'y', '--key', 'ty_secret']);
    expect(output).toContain('  -H "authorization: Bearer $TRAINYARD_KEY" \\\n');
    expect(output).not.toContain('ty_secret');
  });

  it('reads all other options from a file, and the flags have priority', async () => {
    const spec = join(folder, 'job.json');
    writeFileSync(spec, JSON.stringify({ target: 'z', labels: { team: 'risk' }, training: { epochs: 5, seed: 3 } }));
    const flags = ['--spec', spec, '--target', 'y', '--split', 'x', '--task', 'binary', '--name', 'n', '--epochs', '9'];
    const { received } = await runTrain(ROAD, [table, ...flags]);
    expect(bodyOf(received, '/v1/jobs')).toEqual({
      datasetId: 'ds_1',
      target: 'y',
      labels: { team: 'risk' },
      training: { epochs: 9, seed: 3 },
      split: { method: 'column', column: 'x' },
      task: 'binary',
      name: 'n',
    });
  });

  it('submits an effort, and says what the model of an ensemble averages', async () => {
    const snapshots = [1, 3, 3].map((member, index) => ({ member, epoch: index + 4 }));
    const answers = {
      ...ROAD,
      'GET /v1/models/mdl_1': [{ body: { ...ROAD['GET /v1/models/mdl_1'][0].body, snapshots } }],
    };
    const { output, received } = await runTrain(answers, [table, '--target', 'y', '--effort', 'fast']);
    expect(bodyOf(received, '/v1/jobs')).toEqual({ datasetId: 'ds_1', target: 'y', effort: 'fast' });
    expect(output).toContain('The model averages 3 snapshots of 2 networks.\n');
    expect(output).not.toContain('training loss');
  });

  it('submits a budget in seconds, and refuses another text', async () => {
    const { received } = await runTrain(ROAD, [table, '--target', 'y', '--budget', '2.5']);
    expect(bodyOf(received, '/v1/jobs')).toEqual({ datasetId: 'ds_1', target: 'y', budget: { seconds: 2.5 } });
    const message = '--budget expects a number of seconds, got "1m".';
    await expect(runTrain(ROAD, [table, '--target', 'y', '--budget', '1m'])).rejects.toMatchObject({ message });
  });

  it('prints only the job and its model as JSON', async () => {
    const { code, output } = await runTrain(ROAD, [table, '--target', 'y', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ job: { id: 'job_1' }, model: { id: 'mdl_1' } });
  });

  it('fails with the reason of a failed job', async () => {
    const failing = runTrain({ ...ROAD, 'GET /v1/jobs/job_1': [{ body: FAILED }] }, [table, '--target', 'y']);
    const message = 'The job failed: The loss was not finite in epoch 1: try a smaller learning rate.';
    await expect(failing).rejects.toMatchObject({ code: 'loss_diverged', exitCode: 1, message });
  });

  it('leaves the job running if interrupted, and says how to follow and cancel it', async () => {
    await using service = await startFakeService({ ...ROAD, 'GET /v1/jobs/job_1': [{ body: RUNNING }] });
    const interrupt = new AbortController();
    const terminal = createTestTerminal();
    const write = terminal.write;
    terminal.write = (text) => {
      write(text);
      if (text.startsWith('epoch 1/2')) interrupt.abort();
    };
    const { url } = service;
    const followed = train([table, '--target', 'y', '--url', url], terminal, interrupt.signal);
    await expect(followed).rejects.toMatchObject({
      code: 'interrupted',
      exitCode: 130,
      message: `Interrupted. job_1 continues on the service.
Follow it: trainyard train --watch job_1 --url ${url}
Cancel it: curl -X POST ${url}/v1/jobs/job_1/cancel`,
    });
    expect(service.received.filter(({ path }) => path.includes('cancel'))).toEqual([]);
  });

  it('submits nothing if it is interrupted earlier', async () => {
    const interrupt = new AbortController();
    interrupt.abort();
    await using service = await startFakeService(ROAD);
    const started = train([table, '--target', 'y', '--url', service.url], createTestTerminal(), interrupt.signal);
    await expect(started).rejects.toThrow('Interrupted. Nothing was submitted.');
  });

  it('waits for the response to the submission if interrupted during it, to name the job', async () => {
    const interrupt = new AbortController();
    const terminal = createTestTerminal();
    await using service = await startFakeService(ROAD, ({ path }) => path === '/v1/jobs' && interrupt.abort());
    const started = train([table, '--target', 'y', '--url', service.url], terminal, interrupt.signal);
    await expect(started).rejects.toThrow('job_1 continues on the service.');
  });

  it('follows an existing job', async () => {
    const { code, output, received } = await runTrain(ROAD, ['--watch', 'job_1']);
    expect(code).toBe(0);
    expect(output).toContain('models/mdl_1/predict');
    expect(received.map(({ method }) => method)).not.toContain('POST');
  });

  it.each([
    [['--target', 'z'], '--target z: TABLE has no such column. Its columns: x, label.'],
    [['--target', 'labl'], '--target labl: TABLE has no such column. Did you mean `label`? Its columns: x, label.'],
    [['--target', 'x', '--split', 'part'], '--split part: TABLE has no such column.'],
  ])('finds an unknown column in %j before the upload', async (flags, message) => {
    const file = join(folder, 'wrong.csv');
    writeFileSync(file, 'x,label\n1,no\n2,yes\n');
    await using service = await startFakeService(ROAD);
    const started = train([file, ...flags, '--url', service.url], createTestTerminal(), NEVER);
    await expect(started).rejects.toThrow(message.replace('TABLE', file));
    expect(service.received).toEqual([]);
  });

  it.each([
    [[table], 'Pass --target COLUMN: the column to predict.'],
    [[], 'Expected FILE, got none.'],
    [[table, '--target', 'y', '--epochs', '0'], '--epochs expects a whole number from 1, got "0".'],
    [[table, '--target', 'y', '--spec', table], `--spec expects a file with a JSON object. ${table} is not one.`],
    [[join(folder, 'table.xlsx'), '--target', 'y'], 'the format is unknown'],
  ])('says what is wrong with the arguments %j', async (args, message) => {
    writeFileSync(join(folder, 'table.xlsx'), '');
    await expect(runTrain(ROAD, args)).rejects.toThrow(message);
  });
});
