// Work shared between threads.
#pragma once

#include <thread>
#include <vector>

/// Splits rows that do not depend on each other between threads, in whole blocks of `block` rows.
template <typename F>
void split(int rows, int block, int threads, F compute) {
  const int workers = threads < rows / block ? threads : rows / block;
  if (workers <= 1) return compute(0, rows);
  const int share = ((rows + workers - 1) / workers + block - 1) / block * block;
  std::vector<std::thread> others;
  for (int from = share; from < rows; from += share) {
    others.emplace_back(compute, from, from + share < rows ? from + share : rows);
  }
  compute(0, share < rows ? share : rows);
  for (std::thread& other : others) other.join();
}
