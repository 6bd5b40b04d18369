/**
 * A checkpoint of a member with the snapshots since the one before, as bytes: the header's length
 * (little-endian, as all numbers here), a JSON header, the checkpoint, and the arrays of the
 * snapshots as they are in memory. Every part is padded to eight bytes.
 */
import { z } from 'zod';
import type { Numbers } from '../../engine/matrix.ts';
import type { Snapshot } from './snapshots.ts';

const count = z.int().min(0);
const headerSchema = z.strictObject({
  /** Bytes of the checkpoint. */
  checkpoint: count,
  snapshots: z.array(
    z.strictObject({
      epoch: z.int().min(1),
      temperature: z.number().positive(),
      values: count,
      parameters: z.strictObject({ type: z.enum(['float32', 'float64']), count }),
    }),
  ),
});

/** The decoded bytes. */
export interface MemberState {
  readonly checkpoint: Uint8Array;
  readonly snapshots: readonly Snapshot[];
}

const LENGTH_BYTES = 8;
const BYTES = { float32: Float32Array.BYTES_PER_ELEMENT, float64: Float64Array.BYTES_PER_ELEMENT };

export function encodeMember({ checkpoint, snapshots }: MemberState): readonly Uint8Array[] {
  const header = {
    checkpoint: checkpoint.length,
    snapshots: snapshots.map(({ epoch, temperature, values, parameters }) => ({
      epoch,
      temperature,
      values: values.length,
      parameters: { type: parameters instanceof Float64Array ? 'float64' : 'float32', count: parameters.length },
    })),
  };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, headerBytes.length, true);
  const arrays = snapshots.flatMap(({ values, parameters }) => [bytesOf(values), bytesOf(parameters)]);
  return [length, headerBytes, checkpoint, ...arrays].map(padded);
}

/** Throws ZodError or SyntaxError if the bytes are not those of `encodeMember`. */
export function decodeMember(bytes: Uint8Array): MemberState {
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  let offset = LENGTH_BYTES;
  const read = (length: number) => {
    const part = bytes.subarray(offset, offset + length);
    offset += paddedLength(length);
    return part;
  };
  const header = headerSchema.parse(JSON.parse(new TextDecoder().decode(read(headerLength))));
  const checkpoint = read(header.checkpoint);
  const snapshots = header.snapshots.map(({ epoch, temperature, values, parameters }) => ({
    epoch,
    temperature,
    values: new Float32Array(shared(read(values * BYTES.float32))),
    parameters: readNumbers(read(parameters.count * BYTES[parameters.type]), parameters.type),
  }));
  return { checkpoint, snapshots };
}

function readNumbers(bytes: Uint8Array, type: keyof typeof BYTES): Numbers {
  return type === 'float64' ? new Float64Array(shared(bytes)) : new Float32Array(shared(bytes));
}

/** A copy that threads can share, with the aligned start that typed arrays need. */
function shared(bytes: Uint8Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes.length);
  new Uint8Array(buffer).set(bytes);
  return buffer;
}

function bytesOf({ buffer, byteOffset, byteLength }: Numbers): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function padded(bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(paddedLength(bytes.length));
  all.set(bytes);
  return all;
}

function paddedLength(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
