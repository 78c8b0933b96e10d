// Carries out the mount records of a plan.
#ifndef BERTH_MOUNTS_H
#define BERTH_MOUNTS_H

#include "plan.h"

// Mounts everything, in order, inside the root. Dies naming both paths.
void mounts_make(const struct plan *plan, int root);

#endif
