// Layers that the kernel's overlay cannot hold are merged in user space.
#ifndef BERTH_MERGE_H
#define BERTH_MERGE_H

#include "plan.h"

// The image with all the plan's layers over it, by fuse-overlayfs. Unattached when it is writable; else attached over "/".
// Before a PID namespace is entered.
int merge_open(const struct plan *plan, int image);

#endif
