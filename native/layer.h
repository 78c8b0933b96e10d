// What lies over the image, and so what the container's root is.
#ifndef BERTH_LAYER_H
#define BERTH_LAYER_H

#include "plan.h"

// Makes the root: the image itself, or an overlay over it in which every target of the plan exists. Returns its O_PATH
// descriptor; it is the topmost mount over "/".
int layer_raise(const struct plan *plan, int image);

#endif
