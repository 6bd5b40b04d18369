import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';

export interface ReceivedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An open event stream as a client reads it. */
export interface Listener {
  readonly answer: IncomingMessage;
  /** The events as they are received, to the end of the stream. Throws if it is aborted. */
  events(): AsyncGenerator<ReceivedEvent, void>;
  /** This many events, or all to the end of the stream; then it disconnects. */
  read(most?: number): Promise<readonly ReceivedEvent[]>;
}

/** Opens a stream without reading it. It accepts compression, which a stream must not have. */
export async function openStream(url: string, lastEventId?: string): Promise<Listener> {
  const headers = { 'accept-encoding': 'br, gzip', ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
  const request = get(url, { headers, agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  async function* events(): AsyncGenerator<ReceivedEvent, void> {
    for await (const block of blocksOf(answer)) {
      const fields = new Map(
        block.split('\n').map((line) => [line.split(': ', 1)[0], line.slice(line.indexOf(' ') + 1)]),
      );
      const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
      if (id !== undefined && event !== undefined) yield { id, event, data: JSON.parse(data ?? '') };
    }
  }
  return {
    answer,
    events,
    async read(most = Number.POSITIVE_INFINITY) {
      const received: ReceivedEvent[] = [];
      if (most > 0) {
        for await (const item of events()) {
          received.push(item);
          if (received.length >= most) break;
        }
      }
      answer.destroy();
      return received;
    },
  };
}

/** The blocks between empty lines. */
export async function* blocksOf(answer: IncomingMessage): AsyncGenerator<string, void> {
  let rest = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    yield* blocks;
  }
}

/** An event in short form: `running`, `epoch 3`, `worker_died`. */
export function words({ event, data }: ReceivedEvent): string {
  if (event === 'epoch') return `epoch ${data.epoch}`;
  return String(event === 'state' ? data.state : data.code);
}
