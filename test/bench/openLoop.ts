import { setTimeout as delay } from 'node:timers/promises';

export interface OpenLoop {
  readonly ratePerSecond: number;
  readonly seconds: number;
  /**
   * Resolves when the request with this number is answered; rejects when the answer is an error.
   */
  readonly send: (index: number) => Promise<void>;
}

export interface Sent {
  /**
   * From when the request was due, not from when it could be sent: a service that stalls is charged
   * for all that waited.
   */
  readonly milliseconds: number;
  readonly error: string | null;
}

/**
 * Sends requests at fixed moments, whether or not those before are answered, as many clients do who
 * know nothing of each other.
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
