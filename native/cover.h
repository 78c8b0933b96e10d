// Covering the directories of the image in which targets are missing, instead of laying an overlay over all of it.
#ifndef BERTH_COVER_H
#define BERTH_COVER_H

#include "place.h"
#include "plan.h"

enum { COVERS_MAX = 8 };

struct covers {
  char *path[COVERS_MAX];
  bool empty[COVERS_MAX]; // known after covers_suffice
  size_t count;
  bool root; // something is missing in the root itself, or in more directories than there is room for
};

// Remembers the directory of the image in which a place that was sketched is missing.
void covers_note(struct covers *covers, int image, const struct place *place);

// Whether covering them costs less than an overlay over all. Then `covers_attach` lays what was sketched in `tree` over them in `root`.
bool covers_suffice(struct covers *covers, const struct plan *plan, int image);
void covers_attach(const struct covers *covers, const struct plan *plan, int image, int tree, int root);

#endif
