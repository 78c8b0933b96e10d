// The plan's `overlay-image` records: files whose contents are layers.
#ifndef BERTH_OVERLAY_IMAGE_H
#define BERTH_OVERLAY_IMAGE_H

#include "plan.h"

// Opens and locks every overlay image, with the caller's own rights and where the caller's other processes can be seen: before
// any namespace is entered.
void overlay_images_lock(const struct plan *plan);

// Repairs where needed and mounts every overlay image, over "/". Before a PID namespace is entered, since what serves
// them has to outlive it by a moment.
void overlay_images_mount(const struct plan *plan);

// A directory of the image that a layer's text names (`image:N`): "" is the image's root. Dies when there is none.
int overlay_image_dir(const struct plan *plan, const char *text, const char *name);

// The directory of an image that is laid over others: `upper`, or its root for a squashfs that has none.
int overlay_image_layer(const struct plan *plan, const char *text);

#endif
