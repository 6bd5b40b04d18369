import type { Parameter } from '../../../engine/memory/parameters.ts';
import { toFloat32Bytes } from '../../stored/float32.ts';
import type { StoredNetwork } from '../../stored/storedNetworks.ts';

/** A parameter as an array of a file: float32, little-endian, in row-major order. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

type NameOf = (parameter: Pick<Parameter, 'layer' | 'name'>) => string;

/** The parameters of every network. Those of an ensemble begin with `members.1.`, and so on. */
export async function readArrays(
  networks: AsyncIterable<StoredNetwork>,
  isEnsemble: boolean,
  nameOf: NameOf,
): Promise<readonly NamedArray[]> {
  const arrays: NamedArray[] = [];
  let member = 0;
  for await (const { parameters } of networks) {
    member += 1;
    const prefix = isEnsemble ? `members.${member}.` : '';
    for (const parameter of parameters) {
      const { shape, values } = parameter;
      arrays.push({ name: prefix + nameOf(parameter), shape, bytes: toFloat32Bytes(values) });
    }
  }
  return arrays;
}
