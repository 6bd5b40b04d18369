/** What the threads that train and those that read for them say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { Table } from '../../formats/table.ts';

/** A thread that trains sends it to its process, which passes it on to a reader. */
export interface ReadRequest {
  readonly kind: 'read';
  /** A dataset's Parquet file. */
  readonly file: string;
  /** Where the answer goes. When the other end closes, nobody wants it any more. */
  readonly port: MessagePort;
}

export type ReadResponse = { readonly table: Table } | { readonly error: unknown };

export function isReadRequest(message: unknown): message is ReadRequest {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'read';
}
