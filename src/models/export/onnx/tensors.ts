import { bytes, type Field, int, text } from './protobuf.ts';

/** `TensorProto.DataType`. */
export const DATA_TYPES = { float: 1, int64: 7, string: 8, double: 11 } as const;
export type DataType = keyof typeof DATA_TYPES;

/** A constant tensor in row-major order. */
export type Tensor = { readonly shape: readonly number[] } & (
  | { readonly type: 'float' | 'double' | 'int64'; readonly values: ArrayLike<number> }
  | { readonly type: 'string'; readonly values: readonly string[] }
);

/** The fields of a `TensorProto`. */
export function tensorFields(name: string, tensor: Tensor): Field[] {
  const dimensions = tensor.shape.map((length) => int(1, length));
  const head = [...dimensions, int(2, DATA_TYPES[tensor.type])];
  if (tensor.type === 'string') return [...head, ...tensor.values.map((word) => text(6, word)), text(8, name)];
  return [...head, text(8, name), bytes(9, rawData(tensor.type, tensor.values))];
}

/** Little-endian bytes, as every platform of Node has numbers in memory. */
function rawData(type: 'float' | 'double' | 'int64', values: ArrayLike<number>): Uint8Array {
  const numbers =
    type === 'int64'
      ? BigInt64Array.from(Array.from(values), BigInt)
      : type === 'double'
        ? Float64Array.from(values)
        : Float32Array.from(values);
  return new Uint8Array(numbers.buffer);
}
