import { crc32 } from 'node:zlib';
import type { NamedArray } from './arrays.ts';

const HEADER_ALIGNMENT = 64;
const MAGIC = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
const ZIP_VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
/** 1 January 1980, the first day of the format: equal models give equal files. */
const DATE = 0x21;
/** Sizes and offsets of a zip file without extensions have 32 bits. */
export const MAX_NPZ_BYTES = 2 ** 32 - 1;

/** The npz format of numpy: a zip file of `.npy` files, stored without compression. */
export function writeNpz(arrays: readonly NamedArray[]): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const array of arrays) {
    const name = Buffer.from(`${array.name}.npy`);
    const header = npyHeader(array.shape);
    const size = header.length + array.bytes.length;
    const fields = sharedFields(crc32(array.bytes, crc32(header)), size, name.length);
    const local = Buffer.concat([signature(0x04034b50), fields, name]);
    directory.push(directoryEntry(fields, name, offset));
    parts.push(local, header, array.bytes);
    offset += local.length + size;
  }
  const entries = Buffer.concat(directory);
  return [...parts, entries, endOfDirectory(arrays.length, entries.length, offset)];
}

function npyHeader(shape: readonly number[]): Uint8Array {
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const start = MAGIC.length + Uint16Array.BYTES_PER_ELEMENT;
  const length = Math.ceil((start + text.length + 1) / HEADER_ALIGNMENT) * HEADER_ALIGNMENT;
  const header = Buffer.alloc(length, ' ');
  header.set(MAGIC);
  header.writeUInt16LE(length - start, MAGIC.length);
  header.write(text, start, 'latin1');
  header.write('\n', length - 1, 'latin1');
  return header;
}

/** The fields that the local header and the directory have in common. */
function sharedFields(checksum: number, size: number, nameLength: number): Uint8Array {
  return Buffer.concat([u16(ZIP_VERSION, FLAGS, 0, 0, DATE), u32(checksum, size, size), u16(nameLength, 0)]);
}

function directoryEntry(fields: Uint8Array, name: Uint8Array, offset: number): Uint8Array {
  return Buffer.concat([signature(0x02014b50), u16(ZIP_VERSION), fields, u16(0, 0, 0), u32(0, offset), name]);
}

function endOfDirectory(count: number, size: number, offset: number): Uint8Array {
  return Buffer.concat([signature(0x06054b50), u16(0, 0, count, count), u32(size, offset), u16(0)]);
}

function signature(value: number): Uint8Array {
  return u32(value);
}

function u16(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt16LE(value, 2 * i);
  return bytes;
}

function u32(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, 4 * i);
  return bytes;
}
