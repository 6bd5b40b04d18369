import { setTimeout as delay } from 'node:timers/promises';
import { openStream, type ReceivedEvent, words } from '../../http/streams/sse.ts';
import type { MortalService } from './mortalService.ts';

/** The place of an event and what it says. */
export interface Told {
  readonly id: string;
  readonly words: string;
}

/**
 * Reads the events of one job through all lives of the service, each time from where it was cut
 * off.
 */
export interface Follower {
  readonly told: readonly Told[];
  /** Resolves at the end of the events: the job is in a final state, or deleted. */
  read(): Promise<void>;
}

const READ_AGAIN_MS = 50;
const NO_MORE = [204, 404];

export function createFollower(service: MortalService, jobId: string): Follower {
  const told: Told[] = [];
  /** False: cut off. */
  const readOn = async (): Promise<boolean> => {
    const address = await service.address();
    try {
      const stream = await openStream(`${address}/v1/jobs/${jobId}/events`, told.at(-1)?.id);
      if (stream.answer.statusCode !== 200) {
        stream.answer.destroy();
        return NO_MORE.includes(stream.answer.statusCode ?? 0);
      }
      for await (const heard of stream.events()) told.push(toldBy(heard));
      return true;
    } catch (error) {
      // A refused or broken connection; anything else is no crash of the service.
      if (error instanceof Error && 'code' in error) return false;
      throw error;
    }
  };
  return {
    told,
    async read() {
      while (!(await readOn())) await delay(READ_AGAIN_MS);
    },
  };
}

/** Everything that is told of a job, read at once. */
export async function eventsOf(address: string, jobId: string): Promise<readonly Told[]> {
  const stream = await openStream(`${address}/v1/jobs/${jobId}/events`);
  const heard = await stream.read();
  return heard.map(toldBy);
}

function toldBy(heard: ReceivedEvent): Told {
  return { id: heard.id, words: words(heard) };
}
