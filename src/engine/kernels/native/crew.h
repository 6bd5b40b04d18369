// The threads of one player: the one that calls, and helpers that wait for it.
#pragma once
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "instructionSet.h"

class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  /** Returns when no helper is left. */
  ~Crew() { endHelpers(); }

  /** How many threads play, the caller's included. Helpers start when there is something to share. */
  void setSize(size_t threads);
  size_t size() const { return threads; }

  /** As playTogether. Throws WrongUse when a piece did, once no thread plays any more. */
  void play(size_t pieces, Piece piece, const void* context);

 private:
  size_t threads = 1;
  std::vector<std::thread> helpers;

  /** Counts what was to be shared so far: helpers wait for it to change. */
  std::atomic<uint32_t> calls = 0;
  std::atomic<bool> ends = false;
  Piece piece = nullptr;
  const void* context = nullptr;
  /** Above: `calls`, below: how many pieces nobody has taken. So a helper that comes late takes none of another call. */
  std::atomic<uint64_t> untaken = 0;
  /** Pieces that are still to be done. */
  std::atomic<uint32_t> undone = 0;
  std::atomic<const char*> failure = nullptr;

  void startHelpers();
  void endHelpers();
  void help(uint32_t seen);
  void playPieces();
  bool takePiece(size_t& taken);
};

/** Makes crew and instructions those that this thread's kernels play with, as long as it lives. */
class Playing {
 public:
  Playing(Crew& crew, const PairKernels* pairKernels);
  Playing(const Playing&) = delete;
  Playing& operator=(const Playing&) = delete;
  ~Playing();
};
