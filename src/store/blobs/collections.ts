import type { Folders } from '../../kit/folders.ts';
import type { Blobs } from './blobs.ts';
import { createFolderBlobs } from './folder.ts';

/** What a service stores outside its database. */
export interface Collections {
  /** Parquet files of datasets, named by a hash of what they were made from. */
  readonly datasets: Blobs;
  /** Training states, each under a name of its own. */
  readonly checkpoints: Blobs;
}

/** Opens the collections of a data folder, or of a backup, which has the same layout. */
export function openCollections({ datasets, checkpoints }: Pick<Folders, keyof Collections>): Collections {
  return { datasets: createFolderBlobs(datasets), checkpoints: createFolderBlobs(checkpoints) };
}
