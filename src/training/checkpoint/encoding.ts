/**
 * A checkpoint as bytes: a magic number, the version and the header's length (little-endian, as all
 * numbers here), a JSON header, the arrays as they are in memory, and the SHA-256 of all that.
 * Every part is padded to eight bytes.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Numbers } from '../../engine/matrix.ts';
import { type TrainingSpec, trainingSpecSchema } from '../schemas/spec.ts';
import { type Checkpoint, checkpointStateSchema } from './checkpoint.ts';

/**
 * Increased whenever the interpretation of these bytes changes, including the engine's order of its
 * numbers.
 */
const VERSION = 1;
const MAGIC = new TextEncoder().encode('TRNYCKPT');
const PREFIX_BYTES = 16;
const HASH_BYTES = 32;

const arraySchema = z.strictObject({ type: z.enum(['float32', 'float64']), count: z.int().min(0) });
const headerSchema = z.strictObject({
  /** Identifies the training of the checkpoint. */
  spec: z.string(),
  facts: checkpointStateSchema,
  values: arraySchema,
  bestParameters: arraySchema.nullable(),
});

/** Bytes that are not a checkpoint of the training. */
export class InvalidCheckpointError extends Error {
  override readonly name = 'InvalidCheckpointError';
}

/** A checkpoint as a thread sends it. */
export interface EncodedCheckpoint extends Pick<Checkpoint, 'step' | 'epoch' | 'finished'> {
  readonly bytes: Uint8Array;
}

export function encodeCheckpoint(checkpoint: Checkpoint, spec: TrainingSpec): Uint8Array<ArrayBuffer> {
  const { values, bestParameters, ...facts } = checkpoint;
  const describe = (numbers: Numbers) => ({
    type: numbers instanceof Float64Array ? 'float64' : 'float32',
    count: numbers.length,
  });
  const header = {
    spec: fingerprint(spec),
    facts,
    values: describe(values),
    bestParameters: bestParameters && describe(bestParameters),
  };
  const headerBytes = new TextEncoder().encode(JSON.stringify(header));
  const arrays = [values, bestParameters].flatMap((numbers) => (numbers ? [bytesOf(numbers)] : []));
  const size = arrays.reduce((sum, bytes) => sum + padded(bytes.length), PREFIX_BYTES + padded(headerBytes.length));

  const encoded = new Uint8Array(size + HASH_BYTES);
  encoded.set(MAGIC);
  const view = new DataView(encoded.buffer);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, headerBytes.length, true);
  let offset = PREFIX_BYTES;
  for (const bytes of [headerBytes, ...arrays]) {
    encoded.set(bytes, offset);
    offset += padded(bytes.length);
  }
  encoded.set(hashOf(encoded.subarray(0, size)), size);
  return encoded;
}

/**
 * Throws InvalidCheckpointError for bytes that are damaged, of another version, or of another
 * training than `spec`.
 */
export function decodeCheckpoint(encoded: Uint8Array, spec: TrainingSpec): Checkpoint {
  const size = encoded.length - HASH_BYTES;
  if (size < PREFIX_BYTES || MAGIC.some((byte, i) => byte !== encoded[i])) throw invalid('they are not a checkpoint');
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const version = view.getUint32(8, true);
  if (version !== VERSION) throw invalid(`they have version ${version} instead of ${VERSION}`);
  if (!Buffer.from(encoded.subarray(size)).equals(hashOf(encoded.subarray(0, size)))) throw invalid('they are damaged');

  const headerLength = view.getUint32(12, true);
  const text = new TextDecoder().decode(encoded.subarray(PREFIX_BYTES, PREFIX_BYTES + headerLength));
  const { facts, values, bestParameters, spec: name } = headerSchema.parse(JSON.parse(text));
  if (name !== fingerprint(spec)) throw invalid('they are of another training');
  const offset = PREFIX_BYTES + padded(headerLength);
  const bestOffset = offset + padded(values.count * BYTES[values.type]);
  return {
    ...facts,
    values: readNumbers(encoded, offset, values),
    bestParameters: bestParameters && readNumbers(encoded, bestOffset, bestParameters),
  };
}

/** The SHA-256 at the end of a checkpoint's bytes, in hexadecimal. */
export function checksumOf(encoded: Uint8Array): string {
  return Buffer.from(encoded.subarray(-HASH_BYTES)).toString('hex');
}

const BYTES = { float32: Float32Array.BYTES_PER_ELEMENT, float64: Float64Array.BYTES_PER_ELEMENT };

function readNumbers(encoded: Uint8Array, offset: number, { type, count }: z.infer<typeof arraySchema>): Numbers {
  // A copy, because typed arrays need an aligned start, which a part of a file does not have.
  const { buffer } = Uint8Array.from(encoded.subarray(offset, offset + count * BYTES[type]));
  return type === 'float64' ? new Float64Array(buffer) : new Float32Array(buffer);
}

/**
 * The settings that two trainings share if they take the same steps: a training may be extended,
 * and resumed with more threads.
 */
function fingerprint(spec: TrainingSpec): string {
  const { epochs: _, threads: __, ...training } = spec.training;
  const names = Object.keys(trainingSpecSchema.shape) as (keyof TrainingSpec)[];
  const fields = names.map((name) => (name === 'training' ? training : spec[name]));
  return hashOf(new TextEncoder().encode(JSON.stringify(fields))).toString('hex');
}

function bytesOf({ buffer, byteOffset, byteLength }: Numbers): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function hashOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function invalid(why: string): InvalidCheckpointError {
  return new InvalidCheckpointError(`The checkpoint cannot be resumed: ${why}.`);
}
