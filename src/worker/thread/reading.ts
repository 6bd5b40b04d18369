/** The messages between training threads and reader threads. */
import type { MessagePort } from 'node:worker_threads';
import type { Table } from '../../formats/table.ts';

/** A training thread sends it to its process, which forwards it to a reader thread. */
export interface ReadRequest {
  readonly kind: 'read';
  /** A dataset's Parquet file. */
  readonly file: string;
  /** The port for the response. When the other end closes, the response is no longer needed. */
  readonly port: MessagePort;
}

export type ReadResponse = { readonly table: Table } | { readonly error: unknown };

export function isReadRequest(message: unknown): message is ReadRequest {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'read';
}
