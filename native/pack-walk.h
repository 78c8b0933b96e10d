// Walks a folder and writes what is in it as a layer.
#ifndef BERTH_PACK_WALK_H
#define BERTH_PACK_WALK_H

#include <stdbool.h>
#include <stdint.h>

struct pack_options {
  int64_t latest; // no time is later than this
  bool all_root;  // everything belongs to 0:0
};

// Writes the entries below the open directory, names in the order of their bytes, each folder before its content.
void pack_tree(int dir, const struct pack_options *options);

#endif
