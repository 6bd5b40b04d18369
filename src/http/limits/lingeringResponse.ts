import { type IncomingMessage, ServerResponse } from 'node:http';
import { hasUnreadBody } from './hasBody.ts';

/**
 * How much of an unread body is read and dropped after its answer, before the connection is closed.
 */
export interface LingerLimits {
  readonly bytes: number;
  /** Time without a byte. A client that reads its answer stops sending. */
  readonly idleMs: number;
  readonly totalMs: number;
}

export const LINGER: LingerLimits = { bytes: 2 ** 30, idleMs: 2000, totalMs: 10_000 };

type Callback = () => void;

/**
 * Each limit, the log and the compression wait for the close of a response; Node warns of a leak at
 * 11 listeners.
 */
const MAX_LISTENERS = 32;

/**
 * The class of the responses of a server, `http.createServer({ ServerResponse })`, for bodies that
 * no route reads.
 *
 * `end` sends the whole answer at once, but ends it only after the rest of the body has been read
 * and dropped, within the limits (a lingering close). Node alone closes the connection of a client
 * that asked for that, as Python's urllib does. Bytes that arrive on a closed connection reset it,
 * and the answer is lost with it. Answers have a Content-Length, so that clients know where they
 * end before the response does.
 *
 * `100 Continue` is sent when the body is first read. A request that is refused before gets its
 * final status alone.
 */
export function lingeringResponse(limits: LingerLimits): typeof ServerResponse {
  return class LingeringResponse<Request extends IncomingMessage> extends ServerResponse<Request> {
    #lingers = false;

    constructor(...given: ConstructorParameters<typeof ServerResponse<Request>>) {
      super(...given);
      this.setMaxListeners(MAX_LISTENERS);
    }

    override writeContinue(callback?: Callback): void {
      const { req } = this;
      const read = req._read;
      req._read = (size) => {
        req._read = read;
        if (!this.headersSent) super.writeContinue(callback);
        read.call(req, size);
      };
    }

    override end(...given: readonly unknown[]): this {
      if (this.#lingers) return this;
      // The overloads of `end` do not match one list of arguments; they are passed on unchanged.
      if (!hasUnreadBody(this.req)) return super.end(...(given as []));
      this.#lingers = true;
      const [chunk] = given;
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.write(chunk);
      this.flushHeaders();
      const callback = given.find((argument) => typeof argument === 'function') as Callback | undefined;
      void drain(this.req, limits).then(() => this.#finish(callback));
      return this;
    }

    #finish(callback: Callback | undefined): void {
      const { socket, complete } = this.req;
      super.end(callback);
      if (!complete) socket.destroySoon();
    }
  };
}

/** Reads and drops a body. Resolves at its end, when its client has gone, or at a limit. */
async function drain(request: IncomingMessage, { bytes, idleMs, totalMs }: LingerLimits): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timers = [setTimeout(resolve, idleMs), setTimeout(resolve, totalMs)];
  let left = bytes;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    timers[0].refresh();
    if (left < 0) resolve();
  });
  request.once('end', resolve).once('close', resolve);
  // A parser of forms may be attached, and would keep what it gets.
  request.unpipe().resume();
  await promise;
  timers.forEach(clearTimeout);
  request.pause();
}
