// A small tmpfs of this launch: the synthetic or writable layer and the contents of `file` records live in it.
#ifndef BERTH_SCRATCH_H
#define BERTH_SCRATCH_H

#include "plan.h"

// Its root as an O_PATH descriptor, mounted at the first call.
int scratch_open(const struct plan *plan);

// Makes a directory in it (0755) and opens it as O_PATH.
int scratch_dir(const struct plan *plan, const char *name);

// Writes a file into it and returns a read-only mount of it, unattached.
int scratch_file(const struct plan *plan, const struct record *file);

#endif
