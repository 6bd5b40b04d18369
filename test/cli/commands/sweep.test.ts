import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sweep } from '../../../src/cli/commands/sweep.ts';
import { type Answers, startFakeService } from '../support/fakeService.ts';
import { ROAD } from '../support/responses.ts';
import { createTestTerminal } from '../support/testTerminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-sweep-'));
afterAll(() => rmSync(folder, { recursive: true }));
const spec = join(folder, 'spec.json');
const table = join(folder, 'table.csv');
const REQUEST = {
  job: { target: 'y' },
  space: { 'training.batchSize': { type: 'choice', values: [16, 32] } },
};
writeFileSync(spec, JSON.stringify(REQUEST));
writeFileSync(table, 'x,y\n1,no\n2,yes\n');
const NEVER = new AbortController().signal;

const COUNTS = { running: 0, paused: 0, succeeded: 0, pruned: 0, failed: 0, cancelled: 0 };
const BEGUN = {
  ...{
    id: 'swp_1',
    state: 'running',
    search: { trials: 2 },
    objective: { metric: 'validationLoss', goal: 'minimize' },
  },
  ...{
    counts: { ...COUNTS, running: 1 },
    seconds: 1,
    etaSeconds: null,
    best: null,
    front: null,
    frontSize: null,
    error: null,
    finishedAt: null,
  },
};
const BEST = { number: 1, objective: 0.21, parameters: { 'training.batchSize': 32 }, modelId: 'mdl_1' };
const DONE = {
  ...BEGUN,
  ...{
    state: 'succeeded',
    counts: { ...COUNTS, succeeded: 1, failed: 1 },
    seconds: 3,
    best: BEST,
    finishedAt: '2026-11-28T08:00:00.000Z',
  },
};
const FAILED_TRIAL = {
  ...{ number: 0, state: 'failed', objective: null, epochs: 1, parameters: { 'training.batchSize': 16 } },
  error: { code: 'loss_diverged', message: 'The loss was not finite.' },
};
const LAYERS = [{ units: 64 }, { units: 32, dropout: 0.1 }];
const BEST_TRIAL = {
  ...BEST,
  parameters: { ...BEST.parameters, 'network.layers': LAYERS },
  state: 'succeeded',
  epochs: 20,
  error: null,
};
const pageOf = (...items: readonly object[]) => ({ body: { items, next: null as string | null } });
const ANSWERS = {
  ...ROAD,
  'POST /v1/sweeps': [{ status: 202, body: BEGUN }],
  'GET /v1/sweeps/swp_1': [{ body: BEGUN }, { body: DONE }],
  'GET /v1/sweeps/swp_1/trials': [
    pageOf({ ...FAILED_TRIAL, state: 'running', error: null }, BEST_TRIAL),
    pageOf(FAILED_TRIAL, BEST_TRIAL),
  ],
  'POST /v1/sweeps/preview': [
    {
      body: {
        ...{ trials: 2, epochs: { most: 40, expected: 25 }, seconds: 75, bytes: 5000, space: REQUEST.space },
        first: [{ 'training.batchSize': 16 }],
      },
    },
  ],
} satisfies Answers;

async function runSweep(
  args: readonly string[],
  terminal = createTestTerminal(),
  interrupted = NEVER,
  answers: Answers = ANSWERS,
) {
  await using service = await startFakeService(answers);
  const code = await sweep([...args, '--url', service.url], terminal, interrupted);
  const bodyOf = (path: string) => JSON.parse(String(service.received.find((asked) => asked.path === path)?.body));
  const received = service.received.map(({ path }) => path);
  return { code, bodyOf, received, ...terminal.written };
}

describe('trainyard sweep', () => {
  it('starts the sweep of the file, prints each trial as it ends, and the best one', async () => {
    const { code, bodyOf, output } = await runSweep([spec]);
    expect(code).toBe(0);
    expect(bodyOf('/v1/sweeps')).toEqual(REQUEST);
    expect(output).toContain('Sweep swp_1\n');
    expect(output).toContain(
      'trial 0 failed The loss was not finite.  batchSize 16\ntrial 1 succeeded 0.2100  batchSize 32 layers 64-32\n',
    );
    expect(output).toContain('succeeded: 2 of 2 trials ended, 1 failed, best 0.2100 (trial 1), 3 s.');
    expect(output).toMatch(/training\.batchSize {2}32\n/);
    expect(output).toContain('Model mdl_1.');
    expect(output.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('prints the end of a trial that waited and was resumed', async () => {
    const waits = { ...FAILED_TRIAL, state: 'paused', objective: 0.4, error: null };
    const answers = {
      ...ANSWERS,
      'GET /v1/sweeps/swp_1/trials': [
        pageOf(waits, { ...BEST_TRIAL, state: 'paused', objective: 0.3 }),
        pageOf({ ...waits, state: 'pruned' }, BEST_TRIAL),
        pageOf(BEST_TRIAL),
      ],
    };
    const { output } = await runSweep([spec], createTestTerminal(), NEVER, answers);
    expect(output.split('\n').filter((line) => line.startsWith('trial '))).toEqual([
      'trial 0 paused 0.4000  batchSize 16',
      'trial 1 paused 0.3000  batchSize 32 layers 64-32',
      'trial 1 succeeded 0.2100  batchSize 32 layers 64-32',
    ]);
  });

  it('fetches many trials at once, and every page until all are listed', async () => {
    const trials = Array.from({ length: 500 }, (_, number) => ({ ...BEST_TRIAL, number }));
    const page = (from: number, to: number, next: string | null) => ({ body: { items: trials.slice(from, to), next } });
    const answers = {
      ...ANSWERS,
      'GET /v1/sweeps/swp_1/trials': [
        page(0, 200, 'a'),
        page(200, 300, null),
        page(200, 400, 'b'),
        page(400, 500, null),
      ],
    };
    const { output, received } = await runSweep([spec], createTestTerminal(), NEVER, answers);
    const printed = [...output.matchAll(/^trial (\d+) /gm)].map(([, number]) => Number(number));
    expect(printed).toEqual(trials.map(({ number }) => number));
    expect(received.filter((path) => path.includes('/trials'))).toHaveLength(5);
  });

  it('uploads a table for it', async () => {
    const { bodyOf } = await runSweep([spec, '--table', table]);
    expect(bodyOf('/v1/sweeps')).toEqual({ ...REQUEST, job: { target: 'y', datasetId: 'ds_1' } });
  });

  it('draws a table of the trials in place on a terminal', async () => {
    const answers = { ...ANSWERS, 'GET /v1/sweeps/swp_1/trials': [pageOf(BEST_TRIAL)] };
    const { output } = await runSweep([spec], createTestTerminal({ isTty: true }), NEVER, answers);
    expect(output).toContain('running: 0 of 2 trials ended, 1 running, 1 s\n');
    expect(output).toContain('\x1b[5A\r\x1b[J');
    expect(output).toMatch(/ +1 {2}succeeded +0\.2100 +20 {2}batchSize 32/);
  });

  it.each([false, true])(
    'writes no control characters of names and messages from other clients: a terminal %s',
    async (isTty) => {
      const parameters = { kind: '\x1b[2J\u009b31m\n' };
      const error = { code: 'told_failed', message: '\x1b]0;mine\x07\nmoved' };
      const best = { ...BEST_TRIAL, parameters };
      const answers = {
        ...ANSWERS,
        'GET /v1/sweeps/swp_1': [{ body: { ...DONE, best } }],
        'GET /v1/sweeps/swp_1/trials': [pageOf({ ...FAILED_TRIAL, parameters, error }, best)],
      };
      const { output } = await runSweep(['--watch', 'swp_1'], createTestTerminal({ isTty }), NEVER, answers);
      expect(output.replaceAll('\n', '').replaceAll('\r\x1b[J', '')).not.toMatch(/\p{Cc}/u);
      expect(output).not.toMatch(/^moved/m);
    },
  );

  it('watches an existing sweep', async () => {
    const { code, output } = await runSweep(['--watch', 'swp_1']);
    expect([code, output.includes('Model mdl_1.')]).toEqual([0, true]);
  });

  it('shows what it would do and runs nothing', async () => {
    const { code, output } = await runSweep([spec, '--preview']);
    expect(code).toBe(0);
    expect(output).toContain('2 trials, about 25 epochs (40 at most), about 1 min 15 s, about 5 kB of models.');
    expect(output).not.toContain('Sweep swp_1');
  });

  it('prints only the sweep as JSON', async () => {
    const { output, received } = await runSweep([spec, '--json']);
    expect(received.filter((path) => path.includes('/trials'))).toEqual([]);
    expect(JSON.parse(output)).toMatchObject({ id: 'swp_1', state: 'succeeded' });
  });

  it('refuses a file without a JSON object', async () => {
    await expect(runSweep([table])).rejects.toThrow('A sweep needs a file with a JSON object');
  });
});
