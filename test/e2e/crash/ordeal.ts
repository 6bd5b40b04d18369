import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit } from './audit.ts';
import { allDelivered, openWebhook } from './deliveries.ts';
import { disturb } from './disturbance.ts';
import type { Follower } from './follower.ts';
import { type Faults, inspectFolder } from './inspection.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createMortalService, type Victim } from './mortalService.ts';
import { processesLeft } from './processes.ts';
import { createRandom } from './random.ts';
import { openReceiver } from './receiver.ts';
import { openStopped, type Result, resultOf, undisturbedResults } from './reference.ts';
import { type FoundJob, faultsOfResult } from './results.ts';
import { settle } from './settle.ts';
import { createVandal } from './vandal.ts';

export interface Ordeal {
  /**
   * Chooses what the clients do, what is killed and when. What comes between is up to the machine.
   */
  readonly seed: number;
  readonly kills: number;
}

export interface Endured {
  /** Empty: nothing was lost, and nothing doubled. */
  readonly faults: Faults;
  readonly killed: Readonly<Record<Victim, number>>;
  readonly datasets: number;
  /** How many are in each state. */
  readonly jobs: Readonly<Record<string, number>>;
  /** How many were brought to another end than their own. */
  readonly changed: Readonly<Record<'cancelled' | 'stopped' | 'extended' | 'retried', number>>;
  /** Messages that a webhook has taken. */
  readonly messages: number;
  /** Jobs whose worker was killed three times while they ran alone, and that were retried. */
  readonly triedAgain: number;
  /** What the service logged as an error: the deaths of workers, for the most part. */
  readonly errors: readonly string[];
}

const SETTLE_MS = 180_000;
/** A call that was refused is made again after 15 seconds, one whose maker died after 30. */
const DELIVER_MS = 90_000;

/**
 * Lets clients use a service that is killed again and again, then looks at all that there is. The
 * data folder stays where there are faults.
 */
export async function endure({ seed, kills }: Ordeal): Promise<Endured> {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-crash-'));
  const results = await undisturbedResults(join(folder, 'undisturbed'));
  const data = join(folder, 'data');
  const service = createMortalService(data, ['--workers', '2', '--allow-private-webhooks']);
  const vandal = createVandal(data, createRandom(seed - 1));
  const ledger = createLedger();
  const followers = new Map<string, Follower>();
  const receiver = await openReceiver(createRandom(seed - 2));
  service.start();
  try {
    const webhookId = await openWebhook(await service.address(), receiver);
    const killed = await disturb({ service, vandal, ledger, followers, webhookId, seed, kills });
    receiver.beGood();
    const address = await service.address();
    const triedAgain = await settle(address, SETTLE_MS);
    await allDelivered(address, webhookId, DELIVER_MS);
    await Promise.all([...followers.values()].map((follower) => follower.read()));
    const told = new Map([...followers].map(([id, follower]) => [id, follower.told]));
    const shown = await audit(address, ledger, told, { webhookId, receiver });
    const code = await service.stop();
    const ended = code === 0 ? [] : [`the service ended with ${code}`];
    const left = (await processesLeft(service.groups)).map((command) => `a process is left: ${command}`);
    const { faults: kept, states } = inspect(data, ledger, results, vandal.damaged);
    const faults = [...shown, ...ended, ...left, ...kept];
    if (faults.length === 0) rmSync(folder, { recursive: true });
    const counts = { datasets: ledger.datasets.length, jobs: states, changed: changedIn(ledger), triedAgain };
    return { faults, killed, ...counts, messages: receiver.taken.size, errors: service.errors };
  } catch (error) {
    await service.kill('all');
    throw error;
  } finally {
    receiver.close();
  }
}

/** What is found in the folder of the stopped service. */
function inspect(data: string, ledger: Ledger, results: ReadonlyMap<string, Result>, damaged: readonly string[]) {
  using sqlite = openStopped(data);
  const { database } = sqlite;
  const entries = new Map(ledger.jobs.map((entry) => [entry.name, entry]));
  const jobs = database.prepare<[], FoundJob>('SELECT id, name, state FROM jobs').all();
  const others = jobs.flatMap((job) => {
    const isDamaged = damaged.some((file) => file.startsWith(`${job.id}.`));
    return faultsOfResult(job, entries.get(job.name), resultOf(database, job.id), results, isDamaged);
  });
  const states = Object.entries(Object.groupBy(jobs, ({ state }) => state));
  return {
    faults: [...inspectFolder(data, database, damaged), ...others],
    states: Object.fromEntries(states.map(([state, found]) => [state, found?.length ?? 0])),
  };
}

/** How many jobs clients have brought to another end than their own, as far as they know. */
function changedIn({ jobs }: Ledger): Endured['changed'] {
  const countOf = (told: 'cancelled' | 'stopped' | 'extended') => jobs.filter((entry) => entry[told] === 'yes').length;
  const retried = jobs.filter(({ isRetried }) => isRetried).length;
  return { cancelled: countOf('cancelled'), stopped: countOf('stopped'), extended: countOf('extended'), retried };
}
