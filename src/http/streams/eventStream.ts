import { Readable } from 'node:stream';
import type { EventBatches, StreamEvent } from '../../notifications/follow.ts';

export const EVENT_STREAM = 'text/event-stream';

/** A disconnected client reconnects after this time. */
const RETRY_MS = 1000;
/**
 * Buffer for a slow reader, in addition to one batch and the operating system's buffer of the
 * connection.
 */
const BUFFER_BYTES = 16 * 1024;

/** Events as a response body (HTML, section 9.2). They are read as fast as the client reads. */
export function eventStream(batches: EventBatches): Readable {
  return Readable.from(textOf(batches), { objectMode: false, highWaterMark: BUFFER_BYTES });
}

async function* textOf(batches: EventBatches): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`;
  // A comment, which no client shows, prevents proxies from closing an idle connection.
  for await (const events of batches) yield events.length > 0 ? events.map(eventText).join('') : ':\n\n';
}

/** Data is JSON, so it has no line breaks. */
function eventText({ id, type, data }: StreamEvent): string {
  return `id: ${id}\nevent: ${type}\ndata: ${data}\n\n`;
}
