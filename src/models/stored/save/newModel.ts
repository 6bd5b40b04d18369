/** What a model needs when it is stored, whether it is one network or several. */
import { createHash } from 'node:crypto';
import type { Parameter } from '../../../engine/memory/parameters.ts';
import type { ParseOptions } from '../../../formats/parseOptions.ts';
import { ServiceError } from '../../../kit/contract/errors.ts';
import type { Queries } from '../../../store/database/database.ts';
import { fromJson, toJson } from '../../../store/database/json.ts';
import { storedBytes } from '../../../store/storedBytes.ts';
import { toFloat32Bytes } from '../float32.ts';
import { findDatasetColumns, findStorageQuota, type StoredParameter } from '../modelStore.ts';

/** Counts the model too. It is written first, so that of two at once one exceeds the limit. */
export async function assertModelQuota(
  queries: Queries,
  project: string,
  parameters: readonly StoredParameter[],
): Promise<void> {
  const quotaBytes = await findStorageQuota(queries, project);
  if (quotaBytes === null) return;
  const bytes = parameters.reduce((sum, parameter) => sum + parameter.bytes.length, 0);
  const over = (await storedBytes(queries, project)) - quotaBytes;
  if (over <= 0) return;
  const detail = `Storage quota reached: the model has ${bytes} bytes, ${over} too many for the project's limit of ${quotaBytes}.`;
  throw new ServiceError('stored_bytes_quota', detail);
}

/** The names of the dataset's columns, and how each was parsed. */
export async function datasetColumns(queries: Queries, datasetId: string | null) {
  const row = datasetId === null ? undefined : await findDatasetColumns(queries, datasetId);
  // Both lists are written together, one item a column.
  const columns: readonly { readonly name: string }[] = fromJson(row?.columns ?? '[]');
  const readAs: readonly ParseOptions[] = fromJson(row?.readAs ?? '[]');
  return {
    columns: columns.map(({ name }) => name),
    readAs: columns.map(({ name }, index) => [name, readAs[index] ?? {}]),
  };
}

/** The rows of the parameters of a network, by layer and name. */
export function toRows(parameters: readonly Parameter[]): readonly StoredParameter[] {
  return parameters.toSorted(byLayerAndName).map(toRow);
}

function toRow({ layer, name, shape, values }: Parameter): StoredParameter {
  return { layer, name, shape: toJson(shape), bytes: toFloat32Bytes(values) };
}

function byLayerAndName(a: Parameter, b: Parameter): number {
  return a.layer - b.layer || (a.name < b.name ? -1 : 1);
}

/** SHA-256 of the parameters, in hexadecimal. */
export function hashOf(parameters: readonly StoredParameter[]): string {
  const hash = createHash('sha256');
  for (const { layer, name, shape, bytes } of parameters) hash.update(`${layer} ${name} ${shape}\n`).update(bytes);
  return hash.digest('hex');
}
