// What lies over the image, and so what the container's root is.
#ifndef BERTH_LAYER_H
#define BERTH_LAYER_H

#include "plan.h"

// Makes the root: the image itself, or an overlay over it in which every target of the plan exists. Returns its O_PATH
// descriptor; it is the topmost mount over "/".
int layer_raise(const struct plan *plan, int image);

// Opens a directory of layers: a host path, or an overlay image's root; `name` (or NULL) is a directory in it. Dies when
// there is none.
int layer_open(const struct plan *plan, const char *text, const char *name);

// Opens the lines of LOWERS, at most PLAN_MAX_LOWERS. Returns how many there are.
size_t layer_open_lowers(const struct plan *plan, const char *lines, int *dirs);

#endif
