// Targets are resolved inside the root: there is no moment at which an image's link could be followed to the host.
#include "tree.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "say.h"
#include "statx.h"
#include "sys.h"
#include "target.h"

static uint64_t mount_id(int descriptor) {
  struct sys_statx about;
  return sys_statx(descriptor, "", AT_EMPTY_PATH, SYS_STATX_MNT_ID, &about) == 0 ? about.mount_id : 0;
}

// `layer direct` leaves mount points behind in the user's own directory, but never an empty file that looks like content.
static bool would_litter(const struct tree *tree, bool foreign, const struct leaf_form *form) {
  return form->kind == LEAF_FILE && !foreign && plan_choice(tree->plan, OP_LAYER, LAYER_NONE) == LAYER_DIRECT;
}

// What is looked at and what is made in is the same open directory: names above it may change at any time.
static void make(const struct tree *tree, const struct record *record, bool in_mounts) {
  struct place place;
  struct leaf_form form = target_form(record);
  const char *target = target_of(record);
  if (!place_find(tree->root, -1, target, &place)) die_in_image("cannot use %s in the container: %s", target, target_reason(errno));
  int have = place_open_have(tree->root, &place), reason = errno;
  bool foreign = have >= 0 && mount_id(have) != tree->mount_id;
  if (foreign && !in_mounts) {
    close(have);
    return;
  }
  // A link of the image has led there, and it would be made with root's rights for somebody else.
  if (foreign && tree->plan->times[OP_PUBLISH] > 0)
    die_in_image("%s does not exist in the container, and /%s is of what is mounted there: nothing is made in it", target, place.path);
  if (would_litter(tree, foreign, &form)) die("%s does not exist in the writable image: make it there first, or run without --writable", target);
  errno = reason;
  if (have < 0 || !place_make(have, &place, &form))
    die_in_image("%s does not exist in the container and cannot be made at /%s: %s", target, place.path, target_reason(errno));
}

void tree_make_target(const struct tree *tree, const struct record *record) { make(tree, record, true); }

int tree_open_target(const struct tree *tree, const struct record *record) {
  const char *target = target_of(record);
  int found = place_open(tree->root, target);
  if (found < 0 && errno == ENOENT) {
    tree_make_target(tree, record);
    found = place_open(tree->root, target);
  }
  struct stat about;
  if (found < 0 || fstat(found, &about) < 0) die_in_image("cannot use %s in the container: %s", target, target_reason(errno));
  if (about.st_ino == tree->about.st_ino && about.st_dev == tree->about.st_dev && mount_id(found) == tree->mount_id)
    die_in_image("%s is the root of the container: nothing can be mounted over it", target);
  return found;
}

bool tree_is_dir(int descriptor) {
  struct stat about;
  return fstat(descriptor, &about) == 0 && S_ISDIR(about.st_mode);
}

void tree_attach(const struct tree *tree, const struct record *record, int mount, const char *what) {
  int target = tree_open_target(tree, record);
  if (sys_move_mount(mount, target, "", MOVE_MOUNT_T_EMPTY_PATH) < 0) {
    int reason = errno;
    if (tree_is_dir(mount) != tree_is_dir(target))
      die_in_image("cannot mount %s on %s: one is a directory and the other is not", what, target_of(record));
    die("cannot mount %s on %s: %s", what, target_of(record), strerror(reason));
  }
  close(target);
  close(mount);
}

// Below a mount nothing is made: it would appear on the host.
void tree_make_point(const struct tree *tree, const struct record *record) {
  int found = place_open(tree->root, record->text[0]);
  if (found < 0) make(tree, record, false);
  else close(found);
}

struct tree tree_of(const struct plan *plan, int root) {
  struct tree tree = {.plan = plan, .root = root, .mount_id = mount_id(root)};
  if (fstat(root, &tree.about) < 0) die("cannot look at the new root: %s", strerror(errno));
  return tree;
}
