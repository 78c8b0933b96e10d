// Binds: what is somewhere, shown elsewhere.
#ifndef BERTH_BIND_H
#define BERTH_BIND_H

#include "tree.h"

// Clones the host's root for the binds that want it, before anything is laid over it.
void binds_prepare(const struct plan *plan);

// Binds a source to a record's target, with BIND_ flags.
void bind_mount(const struct tree *tree, const struct record *record, const char *source, uint64_t flags);

#endif
