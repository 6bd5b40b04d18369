import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromFloat32Bytes, shortestFloat32, toFloat32Bytes } from '../../../src/models/stored/float32.ts';

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });

describe('the short decimal of a float32', () => {
  it('is the same float32', () => {
    fc.assert(fc.property(float32, (value) => Math.fround(shortestFloat32(value)) === value));
  });

  it('has no noise digits', () => {
    expect([0.1, 1 / 3, 16777216, 1e30].map(Math.fround).map(shortestFloat32)).toEqual([
      0.1, 0.33333334, 16777216, 1e30,
    ]);
  });
});

describe('the bytes of float32 numbers', () => {
  it('restore the numbers, little-endian', () => {
    const values = [1, -0, 3.4028234663852886e38];
    expect(fromFloat32Bytes(toFloat32Bytes(values))).toEqual(Float32Array.from(values));
    expect([...toFloat32Bytes([1])]).toEqual([0, 0, 0x80, 0x3f]);
    expect(() => fromFloat32Bytes(new Uint8Array(3))).toThrow(RangeError);
  });
});
