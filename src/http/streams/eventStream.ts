import { Readable } from 'node:stream';
import type { EventBatches, StreamEvent } from '../../notifications/follow.ts';

export const EVENT_STREAM = 'text/event-stream';

/** A client that is cut off comes again after so long. */
const RETRY_MS = 1000;
/**
 * So much waits for a slow reader, beside one batch and what the operating system holds for the
 * connection.
 */
const BUFFER_BYTES = 16 * 1024;

/**
 * Events as the body of an answer (HTML, section 9.2). They are read as fast as the client reads.
 */
export function eventStream(batches: EventBatches): Readable {
  return Readable.from(textOf(batches), { objectMode: false, highWaterMark: BUFFER_BYTES });
}

async function* textOf(batches: EventBatches): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`;
  // A comment, which no client shows, keeps proxies from closing a quiet connection.
  for await (const events of batches) yield events.length > 0 ? events.map(eventText).join('') : ':\n\n';
}

/** Data is JSON, so it has no line breaks. */
function eventText({ id, type, data }: StreamEvent): string {
  return `id: ${id}\nevent: ${type}\ndata: ${data}\n\n`;
}
