/**
 * Content of a blob: chunks in their order, or a `file`, which is moved and then absent at its
 * path.
 */
export type BlobContent = { readonly file: string } | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Content that is too large for the database, under keys of one namespace. A key is a relative name
 * (`assertKey`), never a path. Every method throws for a key that is not valid, before it touches
 * the storage. `test/store/blobs/contract.ts` is the suite of all drivers.
 */
export interface Blobs {
  /**
   * The local folder that contains the files of `fetch`, so that a sandboxed reader can be
   * restricted to it.
   */
  readonly folder: string;
  /**
   * Stores content durably, in place of what the key had. After a crash or a power loss the key has
   * the former content or all of the new one. Of two writes at once one wins as a whole. Rejects
   * when the content cannot be read or stored, and leaves no unfinished write.
   */
  put(key: string, content: BlobContent): Promise<void>;
  /**
   * Path of a local file with the content, which callers only read; undefined when the key has
   * none. Rejects when storage fails.
   */
  fetch(key: string): Promise<string | undefined>;
  /**
   * Removes keys, and unfinished writes by their names in `list`. Absent ones are ignored. A file
   * that is open stays readable.
   */
  remove(names: readonly string[]): Promise<void>;
  /**
   * The keys, and for each write that has not finished or was cut off by a crash a name that starts
   * with `KEY.`. In no order.
   */
  list(): Promise<readonly string[]>;
}
