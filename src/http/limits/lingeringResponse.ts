import { type IncomingMessage, ServerResponse } from 'node:http';
import { hasUnreadBody } from './hasBody.ts';

/**
 * How much of an unread body is read and discarded after its response, before the connection is
 * closed.
 */
export interface LingerLimits {
  readonly bytes: number;
  /** Time without a byte. A client stops sending when it reads the response. */
  readonly idleMs: number;
  readonly totalMs: number;
}

export const LINGER: LingerLimits = { bytes: 2 ** 30, idleMs: 2000, totalMs: 10_000 };

type Callback = () => void;

/**
 * Each limit, the log and the compression listen for the close of a response; Node warns of a leak
 * at 11 listeners.
 */
const MAX_LISTENERS = 32;

/**
 * The class of a server's responses, `http.createServer({ ServerResponse })`, for bodies that no
 * route reads.
 *  `end` sends the whole response at once, but finishes only after the rest of the body has been
 *  read and discarded, within the limits (a lingering close). Otherwise Node closes the connection
 *  if the client asked for that, as Python's urllib does. Bytes that arrive on a closed connection
 *  reset it, and the response is lost. Responses have a Content-Length, so that clients know their
 *  end before the response finishes. `100 Continue` is sent when the body is first read. A request
 *  that is refused earlier gets only its final status.
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

/**
 * Reads and discards a body. Resolves at its end, when the client has disconnected, or at a limit.
 */
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
  // A form parser may be attached, and would store what it gets.
  request.unpipe().resume();
  await promise;
  timers.forEach(clearTimeout);
  request.pause();
}
