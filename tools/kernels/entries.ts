/**
 * The C++ functions through which JavaScript calls the kernels, generated from their signatures:
 * the entries of the addon, which check the arguments of a call, and the exports of the WebAssembly
 * module.
 */
import {
  type Argument,
  argumentsOf,
  KERNEL_NAMES,
  type KernelName,
  returnsNumber,
} from '../../src/engine/kernels/signatures.ts';

/**
 * `entries.h` of the addon: an entry reads the arguments of a call, sizes first, and checks each
 * matrix with its shape.
 */
export function entriesHeader(): string {
  return `const Entry ENTRIES[] = {\n${KERNEL_NAMES.map(entry).join('\n')}\n};\n`;
}

function entry(kernel: KernelName): string {
  const all = argumentsOf(kernel);
  const sizes = all.flatMap(({ name, kind }, i) => (kind === 'size' ? [`const Size ${name} = call.size(${i});`] : []));
  const rows = all.flatMap(({ name, kind, shape }, i) =>
    kind === 'rows' ? [`const RowIndices ${name} = call.rowIndices(${i}, ${shape});`] : [],
  );
  const call = `${kernel}(${all.map(readArgument).join(', ')});`;
  const body = [...sizes, ...rows, ...(returnsNumber(kernel) ? [`return ${call}`] : [call, 'return 0;'])];
  return `    {"${kernel}", ${all.length}, [](const Arena& arena) -> double {
       const Call call(arena);
${body.map((line) => `       ${line}`).join('\n')}
     }},`;
}

/** How an entry reads the argument at an index of the call. */
const READERS: Readonly<Record<string, string>> = {
  matrix: 'matrix',
  'matrix?': 'matrixOrNull',
  classes: 'classIndices',
  codes: 'codes',
  integers: 'integers',
  starts: 'starts',
  number: 'number',
  word: 'word',
  flag: 'flag',
  productInputs: 'flag',
};

function readArgument({ name, kind, shape }: Argument, i: number): string {
  if (kind === 'size') return name;
  if (kind === 'rows') return `${name}.of`;
  if (kind === 'activation') return `call.activation(${i}, activation::COUNT)`;
  return `call.${READERS[kind]}(${[i, ...(shape === '' ? [] : [shape])].join(', ')})`;
}

/**
 * `exports.h` of the WebAssembly module: an export adds the offsets of its matrices to the
 * addresses of the arena.
 */
export function exportsHeader(): string {
  return `${KERNEL_NAMES.map(exported).join('\n')}\n`;
}

function exported(kernel: KernelName): string {
  const all = argumentsOf(kernel);
  const parameters = all.map(({ name, kind }) => `${WASM_TYPES[kind] ?? 'Size'} ${name}`);
  const call = `${kernel}(${all.map(passArgument).join(', ')})`;
  return `EXPORT(${kernel}) ${returnsNumber(kernel) ? 'double' : 'void'} ${kernel}Export(${parameters.join(', ')}) {
  ${returnsNumber(kernel) ? 'return ' : ''}${call};
}`;
}

/** The types of an export's parameters; offsets, sizes and activations have the type Size. */
const WASM_TYPES: Readonly<Record<string, string>> = {
  number: 'double',
  word: 'Word',
  flag: 'bool',
  productInputs: 'bool',
};

/** How an export passes an argument on. */
const ADDRESSES: Readonly<Record<string, string>> = {
  matrix: 'matrix',
  'matrix?': 'matrixOrNull',
  classes: 'matrix',
  rows: 'integers',
  codes: 'integers',
  integers: 'integers',
  starts: 'integers',
};

function passArgument({ name, kind }: Argument): string {
  const address = ADDRESSES[kind];
  return address === undefined ? name : `wasmArena::${address}(${name})`;
}
