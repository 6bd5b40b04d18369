/**
 * Random numbers of the engine: a generator whose state can be saved and restored, and a
 * counter-based one for dropout masks.
 */

/** The state of a generator: four unsigned 32-bit words. */
export type GeneratorState = readonly [number, number, number, number];

export interface Generator {
  /** Uniform in [0, 1), 53 random bits. */
  uniform(): number;
  /** Standard normal (Box and Muller 1958). */
  normal(): number;
  /** A whole number in [0, bound). */
  integer(bound: number): number;
  /** Puts the numbers in random order, in place (Fisher and Yates). */
  shuffle(numbers: Int32Array): void;
  /** The state, from which `restoreGenerator` resumes. */
  state(): GeneratorState;
}

/**
 * A generator that starts from a seed. The same seed gives the same numbers. Different streams of
 * one seed are independent.
 */
export function createGenerator(seed: number, stream = 0): Generator {
  const words = [0, 0, 0, 0] as [number, number, number, number];
  let word = mix(seed ^ mix(stream));
  for (let i = 0; i < 4; i++) {
    word = (word + 0x9e3779b9) >>> 0;
    words[i] = mix(word);
  }
  return restoreGenerator(words);
}

/** A generator that resumes from a saved state: xoshiro128** (Blackman and Vigna 2018). */
export function restoreGenerator([a, b, c, d]: GeneratorState): Generator {
  function next(): number {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  }
  function uniform(): number {
    return ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) * 2 ** -53;
  }
  function integer(bound: number): number {
    return Math.floor(uniform() * bound);
  }
  return {
    uniform,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle(numbers) {
      for (let last = numbers.length - 1; last > 0; last--) {
        const other = integer(last + 1);
        const swapped = numbers[last];
        numbers[last] = numbers[other];
        numbers[other] = swapped;
      }
    },
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}

/** The key of one dropout mask: `seed` is the run's, `counter` names the step and layer. */
function dropoutKey(seed: number, counter: number): number {
  return mix(seed ^ mix(counter));
}

/**
 * Dropout retains an element when its random bits are at least this threshold. The maximum is 2^32
 * - 1, so that the largest value of the bits is retained at any rate below 1.
 */
export function dropoutThreshold(rate: number): number {
  return Math.min(Math.ceil(rate * 2 ** 32), 2 ** 32 - 1);
}

/**
 * 32 random bits for element e of the mask with that seed and counter. They have no state, so any
 * order of the elements gives the same mask.
 */
export function dropoutBits(seed: number, counter: number, e: number): number {
  return mix(Math.imul(e, 0x9e3779b1) + dropoutKey(seed, counter));
}

/** A bijection of 32-bit words with low bias (Wellons 2018, "Prospecting for hash functions"). */
function mix(word: number): number {
  word ^= word >>> 16;
  word = Math.imul(word, 0x7feb352d);
  word ^= word >>> 15;
  word = Math.imul(word, 0x846ca68b);
  return (word ^ (word >>> 16)) >>> 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
