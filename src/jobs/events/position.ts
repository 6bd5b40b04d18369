/**
 * The position of a reader in the events of a job: the last epoch, and the last event after that
 * epoch (0: none yet).
 */
export interface Position {
  readonly epoch: number;
  readonly event: number;
}

export const START: Position = { epoch: 0, event: 0 };

/** The id of an event for clients: `12-345`. */
export function formatPosition({ epoch, event }: Position): string {
  return `${epoch}-${event}`;
}

/** Undefined for a text that `formatPosition` did not make. */
export function parsePosition(text: string): Position | undefined {
  const [, epoch, event] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  return epoch === undefined || event === undefined ? undefined : { epoch: Number(epoch), event: Number(event) };
}
