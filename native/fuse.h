// A squashfs mounted through squashfuse_ll for this container alone.
#ifndef BERTH_FUSE_H
#define BERTH_FUSE_H

#include "plan.h"

// Forks the process that is going to serve the image, before any namespace is entered.
void fuse_prepare(const struct plan *plan);

// Mounts the plan's image file in this namespace, unattached, and has it served by a squashfuse_ll that belongs to no one and
// ends with the mount.
int fuse_mount(const struct plan *plan);

// Waits until the mount answers; dies with squashfuse's own words when it does not.
void fuse_wait(int mount, const char *file);

#endif
