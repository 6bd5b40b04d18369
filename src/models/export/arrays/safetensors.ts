import type { NamedArray } from './arrays.ts';

const ALIGNMENT = 8;

/**
 * The safetensors format: the length of the header, the header as JSON, and the arrays without
 * gaps. The header is padded, so that the arrays are aligned.
 */
export function writeSafetensors(
  arrays: readonly NamedArray[],
  metadata: Readonly<Record<string, string>>,
): readonly Uint8Array[] {
  let offset = 0;
  const entries = arrays.map(({ name, shape, bytes }) => {
    const start = offset;
    offset += bytes.length;
    return [name, { dtype: 'F32', shape, data_offsets: [start, offset] }];
  });
  const json = Buffer.from(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const header = Buffer.alloc(Math.ceil(json.length / ALIGNMENT) * ALIGNMENT, ' ');
  header.set(json);
  const length = Buffer.alloc(ALIGNMENT);
  length.writeBigUInt64LE(BigInt(header.length));
  return [length, header, ...arrays.map(({ bytes }) => bytes)];
}
