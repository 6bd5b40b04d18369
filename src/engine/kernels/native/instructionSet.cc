// One set of instructions: compiled once for each, with its compiler flags, INSTRUCTION_SET (the name) and the sizes of its vectors and
// tiles. All that is compiled so stays in this unit, so that none of it runs on a machine without those instructions.
#include "instructionSet.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace {
#define THREAD_MEMORY(bytes) threadMemory(bytes)
#define THREADS() threadsOfBackend()
// Those that have instructions of their own for pairs of bfloat16 are of this width.
#if VECTOR_BYTES == 64
#define PAIR_KERNELS() pairKernelsOfBackend()
#endif
#define PARALLEL_FOR(chunks, chunk, context) parallelFor(chunks, chunk, context)
#include "entries.h"
}  // namespace

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

extern const InstructionSet INSTRUCTION_SET;
const InstructionSet INSTRUCTION_SET = {TEXT(INSTRUCTION_SET), ENTRIES, sizeof(ENTRIES) / sizeof(ENTRIES[0]), nullptr};
