/** What a worker process and its supervisor agree on. */

/** Sent before the worker takes jobs. */
export interface ReadyMessage {
  readonly kind: 'ready';
  /** The name under which it leases jobs. */
  readonly owner: string;
}

export function isReadyMessage(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'ready';
}

/** The worker was asked to end and could not in time. Node itself exits with 1 to 13 after a fault. */
export const EXIT_FORCED = 75;
