// Where a target path of the container lies, and how it comes into being. Everything is resolved inside a root descriptor.
#ifndef BERTH_PLACE_H
#define BERTH_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// A target path without links: relative to the root, its first `have` bytes exist.
struct place {
  char path[PATH_MAX];
  size_t have;
};

enum leaf { LEAF_DIR, LEAF_FILE, LEAF_LINK };

// What shall stand at a place: a directory or file of this mode, or a link to this target.
struct leaf_form {
  enum leaf kind;
  mode_t mode;
  const char *target;
};

// Opens an existing target as O_PATH, links followed as after pivot_root. -1 with errno otherwise.
int place_open(int root, const char *target);

// The same, but a link in the last place is opened itself.
int place_open_link(int root, const char *target);

// Follows every link of a target that does not exist (yet). `over` (or -1) is a tree that will lie over the root.
// False with errno: ELOOP, ENOTDIR, ENAMETOOLONG, EACCES.
bool place_find(int root, int over, const char *target, struct place *place);

// Opens the part of a place that exists. -1 with errno otherwise.
int place_open_have(int root, const struct place *place);

// Makes the missing directories of a place below `have`, which is that part and is closed, then the leaf. False with errno.
bool place_make(int have, const struct place *place, const struct leaf_form *form);

// Repeats a place in an empty tree that will lie over the root: existing directories with their modes, then the leaf.
bool place_sketch(int root, int over, const struct place *place, const struct leaf_form *form);

#endif
