/**
 * Builds an ONNX graph node by node and writes it as protocol buffers: operators of opset 17, and
 * of `ai.onnx.ml` 3. Field numbers are those of onnx.proto3.
 */
import { bytes, type Field, float, int, message, text } from './protobuf.ts';
import { DATA_TYPES, type DataType, type Tensor, tensorFields } from './tensors.ts';

const IR_VERSION = 8;
const OPSET = 17;
const ML_DOMAIN = 'ai.onnx.ml';
const ML_OPSET = 3;
/** `AttributeProto.AttributeType`. */
const ATTRIBUTE_TYPES = { float: 1, int: 2, ints: 7, strings: 8 } as const;

type Attribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly strings: readonly string[] };
type Attributes = Readonly<Record<string, Attribute>>;

/** The name of a value in the graph. */
export type Value = string;

export interface Graph {
  /** A unique name, the given one if it is free. Adds an input with that name. */
  input(name: string, type: DataType, columns: number): Value;
  /** Adds an output. The first axis of every input and output is the number of rows. */
  output(name: string, type: DataType, value: Value, columns: number | null): string;
  constant(tensor: Tensor): Value;
  /** Adds a node of one output, and returns the name of the output. */
  node(operator: string, inputs: readonly Value[], attributes?: Attributes): Value;
  /** The same for an operator of `ai.onnx.ml`. */
  mlNode(operator: string, inputs: readonly Value[], attributes: Attributes): Value;
  /** The `ModelProto`. */
  write(model: ModelFields): Uint8Array;
}

interface ModelFields {
  readonly name: string;
  readonly producer: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export function createGraph(): Graph {
  const names = new Set<string>();
  const inputs: Field[] = [];
  const outputs: Field[] = [];
  const nodes: Field[] = [];
  const constants: Field[] = [];
  let next = 0;

  function claim(name: string): string {
    let free = name;
    for (let copy = 2; names.has(free); copy++) free = `${name}_${copy}`;
    names.add(free);
    return free;
  }
  const internal = () => claim(`#${next++}`);

  function addNode(operator: string, from: readonly Value[], to: Value, attributes: Attributes, domain: string): Value {
    nodes.push(
      message(1, [
        ...from.map((name) => text(1, name)),
        text(2, to),
        text(4, operator),
        ...Object.entries(attributes).map(attributeField),
        text(7, domain),
      ]),
    );
    return to;
  }

  return {
    input(name, type, columns) {
      const claimed = claim(name);
      inputs.push(message(11, valueFields(claimed, type, [columns])));
      return claimed;
    },
    output(name, type, value, columns) {
      const claimed = claim(name);
      addNode('Identity', [value], claimed, {}, '');
      outputs.push(message(12, valueFields(claimed, type, columns === null ? [] : [columns])));
      return claimed;
    },
    constant(tensor) {
      const name = internal();
      constants.push(message(5, tensorFields(name, tensor)));
      return name;
    },
    node: (operator, from, attributes = {}) => addNode(operator, from, internal(), attributes, ''),
    mlNode: (operator, from, attributes) => addNode(operator, from, internal(), attributes, ML_DOMAIN),
    write({ name, producer, metadata }) {
      return Buffer.concat([
        int(1, IR_VERSION),
        text(2, producer),
        message(7, [...nodes, text(2, name), ...constants, ...inputs, ...outputs]),
        message(8, [text(1, ''), int(2, OPSET)]),
        message(8, [text(1, ML_DOMAIN), int(2, ML_OPSET)]),
        ...Object.entries(metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
      ]);
    },
  };
}

/** A `ValueInfoProto` of shape (rows, ...columns). */
function valueFields(name: string, type: DataType, columns: readonly number[]): Field[] {
  const shape = [message(1, [text(2, 'rows')]), ...columns.map((length) => message(1, [int(1, length)]))];
  return [text(1, name), message(2, [message(1, [int(1, DATA_TYPES[type]), message(2, shape)])])];
}

function attributeField([name, attribute]: [string, Attribute]): Field {
  return message(5, [text(1, name), ...attributeFields(attribute)]);
}

function attributeFields(attribute: Attribute): Field[] {
  if ('float' in attribute) return [float(2, attribute.float), int(20, ATTRIBUTE_TYPES.float)];
  if ('int' in attribute) return [int(3, attribute.int), int(20, ATTRIBUTE_TYPES.int)];
  if ('ints' in attribute) return [...attribute.ints.map((value) => int(8, value)), int(20, ATTRIBUTE_TYPES.ints)];
  return [...attribute.strings.map((word) => bytes(9, Buffer.from(word))), int(20, ATTRIBUTE_TYPES.strings)];
}
