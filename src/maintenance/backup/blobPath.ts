import type { Collections } from '../../store/blobs/collections.ts';
import { isKey } from '../../store/blobs/key.ts';

/** A blob that the database names. */
export interface NamedBlob {
  readonly collection: keyof Collections;
  readonly key: string;
}

const COLLECTIONS: readonly (keyof Collections)[] = ['checkpoints', 'datasets'];

/** The blob in a manifest, such as `datasets/1f….parquet`. */
export function blobPath({ collection, key }: NamedBlob): string {
  return `${collection}/${key}`;
}

/**
 * Undefined for a text that is not the path of a blob, such as one that leads out of the backup.
 */
export function parseBlobPath(path: string): NamedBlob | undefined {
  const [folder, key = '', ...rest] = path.split('/');
  const collection = COLLECTIONS.find((name) => name === folder);
  return collection !== undefined && rest.length === 0 && isKey(key) ? { collection, key } : undefined;
}
