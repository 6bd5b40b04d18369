/** Every float32 survives this many digits (IEEE 754: 9 are always enough). */
const MAX_DIGITS = 9;
const TYPICAL_DIGITS = 6;

/**
 * The shortest number that is the same float32: 0.1 for 0.10000000149011612. Other numbers are
 * returned unchanged.
 */
export function shortestFloat32(value: number): number {
  for (let digits = TYPICAL_DIGITS; digits <= MAX_DIGITS; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

/** Numbers as little-endian float32, the format of the database and of every export. */
export function toFloat32Bytes(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length * Float32Array.BYTES_PER_ELEMENT);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(i * Float32Array.BYTES_PER_ELEMENT, values[i], true);
  return bytes;
}

/** The inverse of `toFloat32Bytes`. Throws RangeError unless the length is a multiple of 4. */
export function fromFloat32Bytes(bytes: Uint8Array): Float32Array {
  if (bytes.byteLength % Float32Array.BYTES_PER_ELEMENT !== 0) {
    throw new RangeError(`Expected a multiple of 4 bytes, got ${bytes.byteLength}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.byteLength / Float32Array.BYTES_PER_ELEMENT);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(i * Float32Array.BYTES_PER_ELEMENT, true);
  return values;
}
