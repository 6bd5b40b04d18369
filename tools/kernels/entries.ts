/**
 * Writes the C++ functions through which JavaScript calls the kernels, from the signatures:
 * `native/entries.h`, which checks the arguments of a call, and `cpp/exports.h`, the exports of the
 * WebAssembly module. Both are part of the sources, so that a checkout shows what is compiled.
 */
import { readFile, writeFile } from 'node:fs/promises';
import {
  type Argument,
  argumentsOf,
  KERNEL_NAMES,
  type KernelName,
  returnsNumber,
} from '../../src/engine/kernels/signatures.ts';

const KERNELS = new URL('../../src/engine/kernels/', import.meta.url);

/** The generated headers: path below src/engine/kernels, and text. */
export const GENERATED_HEADERS = {
  'native/entries.h': entriesHeader,
  'cpp/exports.h': exportsHeader,
} as const;

const NOTICE = '// Written by tools/kernels/entries.ts from signatures.ts: do not edit.';

/** Writes the headers that differ from their signatures. */
export async function writeEntries(): Promise<void> {
  for (const [path, header] of Object.entries(GENERATED_HEADERS)) {
    const file = new URL(path, KERNELS);
    const text = header();
    if ((await readFile(file, 'utf8').catch(() => null)) !== text) await writeFile(file, text);
  }
}

function entriesHeader(): string {
  return `// The kernels by name. An entry reads the arguments of a call, sizes first, and checks each matrix with its shape.
${NOTICE}
#pragma once
#include "../cpp/kernels.cc"
#include "call.h"

const Entry ENTRIES[] = {
${KERNEL_NAMES.map(entry).join('\n')}
};
`;
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

function exportsHeader(): string {
  return `// The exports of the WebAssembly module: each adds the offsets of its matrices to the addresses of the arena.
${NOTICE}
#pragma once
#include "wasmArena.h"

${KERNEL_NAMES.map(exported).join('\n')}
`;
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
};

function passArgument({ name, kind }: Argument): string {
  const address = ADDRESSES[kind];
  return address === undefined ? name : `wasmArena::${address}(${name})`;
}
