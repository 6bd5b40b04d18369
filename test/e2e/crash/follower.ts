import { setTimeout as delay } from 'node:timers/promises';
import { openStream, type ReceivedEvent, words } from '../../http/streams/sse.ts';
import type { MortalService } from './mortalService.ts';

/** The id of an event and its content. */
export interface SeenEvent {
  readonly id: string;
  readonly words: string;
}

/** Reads the events of one job through all lives of the service, each time from the last event. */
export interface Follower {
  readonly seen: readonly SeenEvent[];
  /** Resolves at the end of the events: the job is in a final state, or deleted. */
  read(): Promise<void>;
}

const READ_AGAIN_MS = 50;
const NO_MORE = [204, 404];

export function createFollower(service: MortalService, jobId: string): Follower {
  const seen: SeenEvent[] = [];
  /** False: the stream was aborted. */
  const readOn = async (): Promise<boolean> => {
    const address = await service.address();
    try {
      const stream = await openStream(`${address}/v1/jobs/${jobId}/events`, seen.at(-1)?.id);
      if (stream.answer.statusCode !== 200) {
        stream.answer.destroy();
        return NO_MORE.includes(stream.answer.statusCode ?? 0);
      }
      for await (const received of stream.events()) seen.push(seenEventOf(received));
      return true;
    } catch (error) {
      // A refused or broken connection; anything else is not a crash of the service.
      if (error instanceof Error && 'code' in error) return false;
      throw error;
    }
  };
  return {
    seen,
    async read() {
      while (!(await readOn())) await delay(READ_AGAIN_MS);
    },
  };
}

/** All events of a job, read at once. */
export async function eventsOf(address: string, jobId: string): Promise<readonly SeenEvent[]> {
  const stream = await openStream(`${address}/v1/jobs/${jobId}/events`);
  const received = await stream.read();
  return received.map(seenEventOf);
}

function seenEventOf(received: ReceivedEvent): SeenEvent {
  return { id: received.id, words: words(received) };
}
