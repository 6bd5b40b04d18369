import { randomBytes } from 'node:crypto';

/**
 * The prefixes of ids: datasets, jobs, models, sweeps, reports, keys, webhooks, and messages to
 * webhooks.
 */
export const ID_PREFIXES = ['ds', 'job', 'mdl', 'swp', 'rpt', 'key', 'whk', 'msg'] as const;
export type IdPrefix = (typeof ID_PREFIXES)[number];

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_LETTERS = 10;
const RANDOM_LETTERS = 16;

let lastMs = 0;
let lastRandom = 0n;

/**
 * A new id such as `ds_01jd…`: 48 bits of time and 80 random ones in Crockford's base 32 (as in
 * ULID), so that ids sort by time.
 */
export function newId<Prefix extends IdPrefix>(prefix: Prefix, nowMs = Date.now()): `${Prefix}_${string}` {
  lastRandom = nowMs > lastMs ? randomBits() : lastRandom + 1n;
  lastMs = Math.max(lastMs, nowMs);
  return `${prefix}_${base32(BigInt(lastMs), TIME_LETTERS)}${base32(lastRandom, RANDOM_LETTERS)}`;
}

/** 79 bits, so that counting up within a millisecond never overflows the 80. */
function randomBits(): bigint {
  return BigInt(`0x${randomBytes(10).toString('hex')}`) >> 1n;
}

function base32(value: bigint, letters: number): string {
  let text = '';
  for (let i = 0; i < letters; i++) {
    text = ALPHABET.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text;
}
