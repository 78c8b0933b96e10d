// Looking something up through an overlay takes twice as long, for the launcher and for the payload's every first look at a file. Mostly
// nothing is missing but the user's directory in an empty /home: then what was sketched may hide what is there, and no overlay is needed.
#include "cover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "overlay.h"
#include "say.h"
#include "sys.h"

// The path has no links; where it leaves the image, earlier records have sketched the rest.
static size_t length_in_image(int image, const struct place *place) {
  char path[PATH_MAX];
  memcpy(path, place->path, place->have);
  size_t length = place->have;
  while (length > 0) {
    path[length] = 0;
    int found = place_open_link(image, path);
    if (found >= 0) {
      close(found);
      break;
    }
    while (length > 0 && path[--length] != '/') continue;
  }
  return length;
}

void covers_note(struct covers *covers, int image, const struct place *place) {
  size_t length = length_in_image(image, place);
  for (size_t i = 0; i < covers->count; i++)
    if (strlen(covers->path[i]) == length && memcmp(covers->path[i], place->path, length) == 0) return;
  covers->root = covers->root || length == 0 || covers->count == COVERS_MAX;
  if (covers->root) return;
  char *path = strndup(place->path, length);
  if (path == NULL) die("not enough memory");
  covers->path[covers->count++] = path;
}

// False as well for what cannot be read.
static bool is_empty(int image, const char *path) {
  int dir = place_open_link(image, path), handle = dir < 0 ? -1 : openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) close(dir);
  DIR *list = handle < 0 ? NULL : fdopendir(handle);
  if (list == NULL) return false;
  struct dirent *entry;
  errno = 0;
  do entry = readdir(list);
  while (entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
  bool empty = entry == NULL && errno == 0;
  closedir(list);
  return empty;
}

bool covers_suffice(struct covers *covers, const struct plan *plan, int image) {
  // A published root is known by its overlay when its set-up is gone.
  if (covers->root || plan->times[OP_PUBLISH] > 0) return false;
  size_t overlays = 0;
  for (size_t i = 0; i < covers->count; i++)
    if (!(covers->empty[i] = is_empty(image, covers->path[i]))) overlays++;
  return overlays <= 1; // of several one is the cheapest
}

// What was sketched for one of them, unattached.
static int make_cover(const struct plan *plan, int image, int tree, const char *path, bool empty) {
  struct stack stack = {.lower = {place_open_link(tree, path), empty ? -1 : place_open_link(image, path)}, .lowers = 2, .upper = -1, .work = -1};
  if (stack.lower[0] < 0 || (!empty && stack.lower[1] < 0)) return -1;
  if (!empty) return overlay_make(plan, &stack);
  int mount = sys_open_tree(stack.lower[0], "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
  return mount < 0 || sys_mount_setattr(mount, 0, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) < 0 ? -1 : mount;
}

void covers_attach(const struct covers *covers, const struct plan *plan, int image, int tree, int root) {
  for (size_t i = 0; i < covers->count; i++) {
    int mount = make_cover(plan, image, tree, covers->path[i], covers->empty[i]);
    int target = place_open_link(root, covers->path[i]);
    if (mount < 0 || target < 0 || sys_move_mount(mount, target, "", MOVE_MOUNT_T_EMPTY_PATH) < 0)
      die("cannot cover /%s of the image: %s", covers->path[i], strerror(errno));
  }
}
