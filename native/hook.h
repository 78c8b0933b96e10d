// Scripts of the site that run before the payload: root's in the tree that is being built, the user's in the container.
#ifndef BERTH_HOOK_H
#define BERTH_HOOK_H

#include "plan.h"

// Runs the host's `/bin/sh PATH` with the open root as working directory and a fixed environment, while no link of the root itself
// is followed; dies when it fails.
void hook_root(const char *path, int root);

// Runs the container's `/bin/sh PATH` for every `hook` of the plan, without any variable; dies with 1 when one fails.
void hooks_run(const struct plan *plan);

#endif
