import { setTimeout as delay } from 'node:timers/promises';

export interface OpenLoop {
  readonly ratePerSecond: number;
  readonly seconds: number;
  /** Resolves when the request with this number has a response; rejects for an error response. */
  readonly send: (index: number) => Promise<void>;
}

export interface Sent {
  /**
   * From the time when the request was due, not when it could be sent: a stall of the service
   * counts for every delayed request.
   */
  readonly milliseconds: number;
  readonly error: string | null;
}

/**
 * Sends requests at fixed times, whether or not the earlier ones have responses, like many
 * independent clients.
 */
export async function openLoop({ ratePerSecond, seconds, send }: OpenLoop): Promise<readonly Sent[]> {
  const begun = performance.now();
  const sent: Promise<Sent>[] = [];
  for (let index = 0; index < ratePerSecond * seconds; index++) {
    const due = begun + (1000 * index) / ratePerSecond;
    const early = due - performance.now();
    if (early > 0) await delay(early);
    const toSent = (error: string | null): Sent => ({ milliseconds: performance.now() - due, error });
    sent.push(
      send(index).then(
        () => toSent(null),
        (error) => toSent(String(error)),
      ),
    );
  }
  return Promise.all(sent);
}
