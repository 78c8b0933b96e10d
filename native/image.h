// The image as a directory: a host directory, or a squashfs mounted by the kernel or through squashfuse.
#ifndef BERTH_IMAGE_H
#define BERTH_IMAGE_H

#include "plan.h"

// Opens (and, for a file, mounts) the plan's image after the namespaces were entered. Returns an O_PATH
// descriptor of its root that belongs to a mount of this namespace, as an overlay wants it. Also carries out `touch` and
// `expect-mount`.
int image_open(const struct plan *plan);

// Makes the image, read-only unless `writable`, the topmost mount over "/", with everything mounted below it. Returns its root.
int image_as_root(const struct plan *plan, int image, bool writable);

// Mounts an unattached mount over "/". Lookups from "/" do not see it until the root changes, so the host's paths go on working.
void attach_over_root(int mount, const char *what);

// Makes `root`, which was attached last, the root directory, and everything of the host unreachable.
void root_change(int root);

#endif
