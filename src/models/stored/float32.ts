/** Digits after which every float32 comes back exactly (IEEE 754: 9 are always enough). */
const MAX_DIGITS = 9;
const TYPICAL_DIGITS = 6;

/** A number without digits of noise that is the same float32: 0.1 for 0.10000000149011612. What is no float32 stays as it is. */
export function shortestFloat32(value: number): number {
  for (let digits = TYPICAL_DIGITS; digits <= MAX_DIGITS; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

/** Numbers as little-endian float32, as the database and every export hold them. */
export function toFloat32Bytes(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length * Float32Array.BYTES_PER_ELEMENT);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(i * Float32Array.BYTES_PER_ELEMENT, values[i], true);
  return bytes;
}

/** The numbers of `toFloat32Bytes`. Throws RangeError when the bytes are no whole number of float32. */
export function fromFloat32Bytes(bytes: Uint8Array): Float32Array {
  if (bytes.byteLength % Float32Array.BYTES_PER_ELEMENT !== 0) throw new RangeError('Not a whole number of float32.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(bytes.byteLength / Float32Array.BYTES_PER_ELEMENT);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(i * Float32Array.BYTES_PER_ELEMENT, true);
  return values;
}
