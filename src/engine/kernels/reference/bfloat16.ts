const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/**
 * x rounded to float32 and then to bfloat16, its upper 16 bits: to the nearest, ties to even, as
 * PyTorch's `.bfloat16()` does. Values above the largest become infinite; NaN, infinities and the
 * sign of zero are unchanged.
 */
export function toBfloat16(x: number): number {
  if (Number.isNaN(x)) return x;
  number[0] = x;
  const lastBit = (bits[0] >>> 16) & 1;
  bits[0] = (bits[0] + 0x7fff + lastBit) & 0xffff0000;
  return number[0];
}
