import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Dataset } from '../../../src/datasets/schemas.ts';
import type { Sweep } from '../../../src/sweeps/schemas.ts';
import type { Trial } from '../../../src/sweeps/trials/schemas.ts';
import { inspectFolder } from './inspection.ts';
import { createMortalService, type MortalService, type Victim } from './mortalService.ts';
import { createRandom } from './random.ts';
import { openStopped } from './reference.ts';
import { kindsTable } from './trainings.ts';

const MOST_LIFE_MS = 2500;
const VICTIMS: readonly Victim[] = ['all', 'api', 'worker'];
const TABLE = kindsTable('sweeps', 600);

/** Trials of a quarter of a second that wait for each other on rungs. */
const REQUEST = {
  space: {
    'training.optimizer.learningRate': { type: 'logUniform', min: 1e-4, max: 0.3 },
    'network.layers.0.units': { type: 'integer', min: 4, max: 48 },
  },
  search: { algorithm: 'tpe', trials: 24 },
  pruning: { type: 'asha', minEpochs: 6, reductionFactor: 2 },
  parallel: 3,
};
const JOB = { target: 'kind', training: { epochs: 48, batchSize: 32, earlyStopping: null } };

export interface SweepOrdeal {
  /** Determines what is killed and when. */
  readonly seed: number;
  readonly kills: number;
}

/**
 * The result of a sweep undisturbed, and in a service that is killed again and again: both should
 * be equal.
 */
export async function endureSweep({ seed, kills }: SweepOrdeal) {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-sweeps-'));
  const undisturbed = await sweepIn(join(folder, 'undisturbed'), async () => {});
  const random = createRandom(seed);
  const killed = await sweepIn(join(folder, 'killed'), async (service) => {
    for (let kill = 0; kill < kills; kill++) {
      await service.address();
      await delay(random.between(0, MOST_LIFE_MS));
      if ((await service.kill(random.pick(VICTIMS))) !== 'worker') service.start();
    }
  });
  rmSync(folder, { recursive: true });
  return { undisturbed, killed };
}

/** The result of the sweep in a disturbed service, including the faults in its folder. */
async function sweepIn(data: string, disturb: (service: MortalService) => Promise<void>) {
  const service = createMortalService(data, ['--workers', '2']);
  service.start();
  try {
    const address = await service.address();
    const upload = { method: 'POST', headers: { 'content-type': 'text/csv' }, body: TABLE };
    const { id: datasetId } = await ask<Dataset>(`${address}/v1/datasets?name=kinds`, upload);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ ...REQUEST, job: { ...JOB, datasetId } });
    const { id } = await ask<Sweep>(`${address}/v1/sweeps`, { method: 'POST', headers, body });
    await disturb(service);
    const sweep = await untilOver(service, id);
    const { items } = await ask<{ items: readonly Trial[] }>(
      `${await service.address()}/v1/sweeps/${id}/trials?limit=200`,
    );
    const exitCode = await service.stop();
    using sqlite = openStopped(data);
    return {
      ...{
        exitCode,
        state: sweep.state,
        counts: sweep.counts,
        epochs: sweep.epochs,
        faults: inspectFolder(data, sqlite.database),
      },
      best: sweep.best && { number: sweep.best.number, objective: sweep.best.objective },
      jobs: sqlite.database.prepare('SELECT count(*) FROM jobs').pluck().get(),
      trials: items.map(({ number, state, parameters, objective, epochs }) => ({
        ...{ number, state, parameters, objective, epochs },
      })),
    };
  } catch (error) {
    await service.kill('all');
    throw error;
  }
}

async function untilOver(service: MortalService, id: string): Promise<Sweep> {
  for (;;) {
    const sweep = await ask<Sweep>(`${await service.address()}/v1/sweeps/${id}?wait=20`);
    if (sweep.finishedAt !== null) return sweep;
  }
}

async function ask<Body>(url: string, init: RequestInit = {}): Promise<Body> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Body;
}
