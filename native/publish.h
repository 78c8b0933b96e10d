// A finished root as the result: laid over a directory of the caller's.
#ifndef BERTH_PUBLISH_H
#define BERTH_PUBLISH_H

#include "plan.h"

// Remembers the caller's mount namespace and opens the directory there. Before any namespace is left.
void publish_prepare(const struct plan *plan);

// Lays the root, with all that is mounted in it, over that directory and ends with 0.
__attribute__((noreturn)) void publish_root(const struct plan *plan, int root);

#endif
