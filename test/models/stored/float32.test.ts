import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromFloat32Bytes, shortestFloat32, toFloat32Bytes } from '../../../src/models/stored/float32.ts';

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });

/** The float32 that is so many float32 away from a power of ten. */
function neighbourOfPower([exponent, distance]: [number, number]): number {
  const bits = new Int32Array(Float32Array.of(10 ** exponent).buffer);
  bits[0] += distance;
  return new Float32Array(bits.buffer)[0];
}

/** The first number with 6, 7, 8 or 9 digits that is the same float32. */
function shortestText(value: number): number {
  const found = [6, 7, 8, 9].map((digits) => Number(value.toPrecision(digits)));
  return found.find((rounded) => Math.fround(rounded) === value) ?? value;
}

describe('the short decimal of a float32', () => {
  it('is the same float32', () => {
    fc.assert(fc.property(float32, (value) => Math.fround(shortestFloat32(value)) === value));
  });

  it('has the fewest digits from 6 that are the same float32, also of numbers near a power of ten', () => {
    const decimal = fc
      .tuple(fc.integer({ min: 1, max: 999_999_999 }), fc.integer({ min: 1, max: 25 }))
      .map(([digits, places]) => Math.fround(digits / 10 ** places));
    const nearPower = fc
      .tuple(fc.integer({ min: -16, max: 2 }), fc.integer({ min: -40, max: 40 }))
      .map(neighbourOfPower);
    const number = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }).map(Math.fround), float32, decimal, nearPower);
    fc.assert(
      fc.property(number, (value) => Object.is(shortestFloat32(value), shortestText(value))),
      { numRuns: 20_000 },
    );
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
