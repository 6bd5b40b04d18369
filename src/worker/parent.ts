/** The protocol between a worker process and its supervisor. */

/** Sent before the worker claims jobs. */
export interface ReadyMessage {
  readonly kind: 'ready';
  /** The name under which the worker leases jobs. */
  readonly owner: string;
}

export function isReadyMessage(message: unknown): message is ReadyMessage {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'ready';
}

/**
 * Exit code of a worker that was asked to stop and could not in time. Node's own exit codes after
 * an error are 1 to 13.
 */
export const EXIT_FORCED = 75;
