// The container's root while mount records fill it: opening and making their targets, attaching mounts to them.
#ifndef BERTH_TREE_H
#define BERTH_TREE_H

#include <stdint.h>
#include <sys/stat.h>

#include "plan.h"

struct tree {
  const struct plan *plan;
  int root;
  uint64_t mount_id; // of the root
  struct stat about; // the root
};

// Looks at the open root.
struct tree tree_of(const struct plan *plan, int root);

// Opens a record's target, made when it is missing. Dies when that cannot be, and when it is the root itself.
int tree_open_target(const struct tree *tree, const struct record *record);

// Makes a record's target, which must be missing, or dies.
void tree_make_target(const struct tree *tree, const struct record *record);

// The same for a `point`: nothing when it is there, or would lie in something that is mounted.
void tree_make_point(const struct tree *tree, const struct record *record);

// Attaches an unattached mount to a record's target and closes it; `what` names it in messages.
void tree_attach(const struct tree *tree, const struct record *record, int mount, const char *what);

// True for a directory.
bool tree_is_dir(int descriptor);

#endif
