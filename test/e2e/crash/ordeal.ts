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
   * Determines the actions of clients, and what is killed and when. The interleaving depends on the
   * machine.
   */
  readonly seed: number;
  readonly kills: number;
}

export interface Endured {
  /** Empty: nothing was lost or repeated. */
  readonly faults: Faults;
  readonly killed: Readonly<Record<Victim, number>>;
  readonly datasets: number;
  /** The number of jobs in each state. */
  readonly jobs: Readonly<Record<string, number>>;
  /** The number of jobs with another end than their own. */
  readonly changed: Readonly<Record<'cancelled' | 'stopped' | 'extended' | 'retried', number>>;
  /** Messages that the webhook has accepted. */
  readonly messages: number;
  /** Jobs whose worker was killed three times while they ran alone, and that were retried. */
  readonly triedAgain: number;
  /** Its errors in the log: mostly the deaths of workers. */
  readonly errors: readonly string[];
}

const SETTLE_MS = 180_000;
/** A refused call is repeated after 15 seconds, one of a dead process after 30. */
const DELIVER_MS = 90_000;

/**
 * Lets clients use a service that is killed again and again, then inspects everything. The data
 * folder remains if there are faults.
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
    const seenEvents = new Map([...followers].map(([id, follower]) => [id, follower.seen]));
    const shown = await audit(address, ledger, seenEvents, { webhookId, receiver });
    const code = await service.stop();
    const ended = code === 0 ? [] : [`the service exited with ${code}`];
    const left = (await processesLeft(service.groups)).map((command) => `a process remains: ${command}`);
    const { faults: inFolder, states } = inspect(data, ledger, results, vandal.damaged);
    const faults = [...shown, ...ended, ...left, ...inFolder];
    if (faults.length === 0) rmSync(folder, { recursive: true });
    const counts = { datasets: ledger.datasets.length, jobs: states, changed: changedIn(ledger), triedAgain };
    return { faults, killed, ...counts, messages: receiver.accepted.size, errors: service.errors };
  } catch (error) {
    await service.kill('all');
    throw error;
  } finally {
    receiver.close();
  }
}

/** The faults in the folder of the stopped service. */
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

/**
 * The number of jobs that clients have changed to another end than their own, as far as they know.
 */
function changedIn({ jobs }: Ledger): Endured['changed'] {
  const countOf = (field: 'cancelled' | 'stopped' | 'extended') =>
    jobs.filter((entry) => entry[field] === 'yes').length;
  const retried = jobs.filter(({ isRetried }) => isRetried).length;
  return { cancelled: countOf('cancelled'), stopped: countOf('stopped'), extended: countOf('extended'), retried };
}
