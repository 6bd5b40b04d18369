// The threads of one player: the one that calls, and helpers that wait for it.
#pragma once
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "instructionSet.h"

class ThreadPool {
 public:
  ThreadPool() = default;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  /** Returns when no helper is left. */
  ~ThreadPool() { endHelpers(); }

  /** How many threads play, the caller's included. Helpers start when there is something to share. */
  void setSize(size_t threads);
  size_t size() const { return threads; }

  /** As parallelFor. Throws WrongUse when a chunk did, once no thread plays any more. */
  void run(size_t chunks, ChunkFunction chunk, const void* context);

 private:
  size_t threads = 1;
  std::vector<std::thread> helpers;

  /** Counts what was to be shared so far: helpers wait for it to change. */
  std::atomic<uint32_t> calls = 0;
  std::atomic<bool> ends = false;
  ChunkFunction chunk = nullptr;
  const void* context = nullptr;
  /** Above: `calls`, below: how many chunks nobody has taken. So a helper that comes late takes none of another call. */
  std::atomic<uint64_t> unclaimed = 0;
  /** Pieces that are still to be done. */
  std::atomic<uint32_t> unfinished = 0;
  std::atomic<const char*> failure = nullptr;

  void startHelpers();
  void endHelpers();
  void help(uint32_t seen);
  void runChunks();
  bool claimChunk(size_t& taken);
};

/** Makes threadPool and instructions those that this thread's kernels play with, as long as it lives. */
class ThreadPoolScope {
 public:
  ThreadPoolScope(ThreadPool& threadPool, const PairKernels* pairKernels);
  ThreadPoolScope(const ThreadPoolScope&) = delete;
  ThreadPoolScope& operator=(const ThreadPoolScope&) = delete;
  ~ThreadPoolScope();
};
