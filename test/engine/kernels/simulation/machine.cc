// Replaces native/machine.cc: a machine that has the simulated instructions.
#include "machine.h"

extern const InstructionSet avx512;

#if defined(__x86_64__)
void packLeftPairs(float* packed, const NumberBlock& left);
void packRightPairs(float* packed, const NumberBlock& right);
void multiplyPairsByAvx512bf16(const PairBlock& block);
void multiplyPairsByAmx(const PairBlock& block);

namespace {
constexpr PairKernels byAvx512bf16 = {packLeftPairs, packRightPairs, multiplyPairsByAvx512bf16};
constexpr PairKernels byAmx = {packLeftPairs, packRightPairs, multiplyPairsByAmx};
const InstructionSets sets = {{avx512,
                               {"avx512bf16", avx512.entries, avx512.count, &byAvx512bf16},
                               {"amx", avx512.entries, avx512.count, &byAmx}},
                              3};
}  // namespace

#else
namespace {
const InstructionSets sets = {{avx512}, 1};
}  // namespace
#endif

const InstructionSets& instructionSetsOfThisMachine() { return sets; }
