/** Every float32 survives this many digits (IEEE 754: 9 are always enough). */
const MAX_DIGITS = 9;
const TYPICAL_DIGITS = 6;
const SMALLEST_PROBABILITY = 1e-12;
/** Above the rounding error of a product below 1e9: there, two roundings may differ. */
const NEAR_TIE = 1e-6;

/**
 * The shortest number that is the same float32: 0.1 for 0.10000000149011612. Other numbers are
 * returned unchanged.
 */
export function shortestFloat32(value: number): number {
  return shortestProbability(value) ?? shortestByText(value);
}

/** `shortestByText` for a number in [1e-12, 1), without writing it; undefined where it cannot. */
function shortestProbability(value: number): number | undefined {
  if (!(value >= SMALLEST_PROBABILITY && value < 1)) return undefined;
  // A power of ten up to 1e22 is exact, so that the quotient below is the number of these digits.
  let scale = 10 ** TYPICAL_DIGITS;
  while (value * scale < 10 ** (TYPICAL_DIGITS - 1)) scale *= 10;
  for (let digits = TYPICAL_DIGITS; digits <= MAX_DIGITS; digits++, scale *= 10) {
    const scaled = value * scale;
    const whole = Math.round(scaled);
    if (Math.abs(Math.abs(scaled - whole) - 0.5) < NEAR_TIE) return undefined;
    const rounded = whole / scale;
    if (Math.fround(rounded) === value) return rounded;
  }
  return value;
}

function shortestByText(value: number): number {
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
