#pragma once
#include "instructionSet.h"

constexpr size_t SETS_AT_MOST = 5;

struct InstructionSets {
  InstructionSet of[SETS_AT_MOST];
  size_t count;
};

/** Those that this machine can run, the fastest first. */
const InstructionSets& instructionSetsOfThisMachine();
