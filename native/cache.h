// The file system of a per-node cache.
#ifndef BERTH_CACHE_H
#define BERTH_CACHE_H

#include "order.h"

// Makes the file of a cache, which loses its name at once, and mounts the file system in it at the step's name in the holder:
// it belongs to the user, and goes with its last mount.
void cache_raise(int stand, const struct step *step, uid_t uid);

#endif
