/** How far a reader has read a job's events: the last epoch it was told, and the last event behind that epoch (0: none yet). */
export interface Position {
  readonly epoch: number;
  readonly event: number;
}

export const START: Position = { epoch: 0, event: 0 };

/** As the id of an event on the wire: `12-345`. */
export function formatPosition({ epoch, event }: Position): string {
  return `${epoch}-${event}`;
}

/** Undefined for a text that `formatPosition` did not make. */
export function parsePosition(text: string): Position | undefined {
  const [, epoch, event] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  return epoch === undefined || event === undefined ? undefined : { epoch: Number(epoch), event: Number(event) };
}
