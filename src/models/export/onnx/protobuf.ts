/** A field of a protocol buffers message, encoded. */
export type Field = Uint8Array;

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** An integer. Negative ones take ten bytes, as the format wants for `int64`. */
export function int(number: number, value: number | bigint): Field {
  return Buffer.concat([key(number, VARINT), varint(BigInt.asUintN(64, BigInt(value)))]);
}

export function float(number: number, value: number): Field {
  const bytes = Buffer.alloc(Float32Array.BYTES_PER_ELEMENT);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(number, FIXED32), bytes]);
}

export function text(number: number, value: string): Field {
  return bytes(number, Buffer.from(value));
}

export function bytes(number: number, value: Uint8Array): Field {
  return Buffer.concat([key(number, LENGTH_DELIMITED), varint(BigInt(value.length)), value]);
}

/** A message as a field of another one. */
export function message(number: number, fields: readonly Field[]): Field {
  return bytes(number, Buffer.concat(fields));
}

function key(number: number, wireType: number): Uint8Array {
  return varint(BigInt((number << 3) | wireType));
}

function varint(value: bigint): Uint8Array {
  const encoded: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    encoded.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(encoded);
}
