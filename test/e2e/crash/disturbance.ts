import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createActor } from './actor.ts';
import type { KnownJob } from './doings/doings.ts';
import { createFollower, type Follower } from './follower.ts';
import type { Ledger } from './ledger.ts';
import type { MortalService, Victim } from './mortalService.ts';
import { createPersistentClient } from './persistentClient.ts';
import { createRandom } from './random.ts';
import type { Vandal } from './vandal.ts';

const ACTORS = 4;
/** A client does one action after another, with pauses up to this. */
const MOST_THINKING_MS = 200;
/**
 * A life ends after this many responses, and this long after the last of them: both, because
 * machines differ in speed.
 */
const MOST_ANSWERS = 60;
const MOST_LIFE_MS = 1500;
/** Shorter than the service's timeout for a locked database. */
const MAX_LOCKED_MS = 3000;
const VICTIMS: readonly Victim[] = ['all', 'api', 'worker'];

export interface DisturbanceOptions {
  readonly service: MortalService;
  readonly vandal: Vandal;
  readonly ledger: Ledger;
  /** Of each accepted job, by its id. */
  readonly followers: Map<string, Follower>;
  /** Receives the end of every job. */
  readonly webhookId: string;
  readonly seed: number;
  readonly kills: number;
}

/**
 * Working clients, and a killer. Resolves with the number of deaths of each process, when all
 * clients have finished and the service is running.
 */
export async function disturb(options: DisturbanceOptions): Promise<Readonly<Record<Victim, number>>> {
  const over = new AbortController();
  const answers = new EventEmitter();
  const endAll = () => over.abort();
  const actors = Array.from({ length: ACTORS }, (_, index) =>
    runActor(options, index, answers, over.signal).finally(endAll),
  );
  const [killed] = await Promise.all([killAgainAndAgain(options, answers, over.signal).finally(endAll), ...actors]);
  return killed;
}

/** One client, until the end. */
async function runActor(
  options: DisturbanceOptions,
  index: number,
  answers: EventEmitter,
  over: AbortSignal,
): Promise<void> {
  const { service, ledger, followers, webhookId, seed } = options;
  const random = createRandom(seed + index + 1);
  const follow = (job: KnownJob) => {
    const follower = followers.get(job.id) ?? createFollower(service, job.id);
    followers.set(job.id, follower);
    const end = () => {
      job.isOver = true;
    };
    // An error is found again at the end, when all of its events are read.
    follower.read().then(end, end);
  };
  const actor = createActor({ client: createPersistentClient(service, random), ledger, random, follow }, webhookId);
  while (!over.aborted) {
    await actor.act();
    answers.emit('answer');
    await delay(random.between(0, MOST_THINKING_MS));
  }
}

async function killAgainAndAgain(options: DisturbanceOptions, answers: EventEmitter, over: AbortSignal) {
  const { service, vandal, seed, kills } = options;
  const random = createRandom(seed);
  const killed = { all: 0, api: 0, worker: 0 };
  for (let count = 0; count < kills; count++) {
    const locked = random.chance(0.25) ? vandal.lockDatabase(random.between(0, MAX_LOCKED_MS)) : undefined;
    // Half of all lives are short.
    const most = random.chance(0.5) ? MOST_ANSWERS : 2;
    for (let left = Math.floor(random.between(0, most)); left > 0; left--)
      await once(answers, 'answer', { signal: over });
    await delay(random.between(0, MOST_LIFE_MS), undefined, { signal: over });
    const victim = await service.kill(random.pick(VICTIMS));
    killed[victim]++;
    if (victim === 'all' && random.chance(0.5)) vandal.strike();
    over.throwIfAborted();
    if (victim !== 'worker') service.start();
    await locked;
  }
  return killed;
}
