// Carries out the mount records. Every mount is made unattached, protected while nobody can see it, and then attached to a
// target that was resolved inside the root: there is no moment at which an image's link could be followed to the host.
#include "mounts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hook.h"
#include "place.h"
#include "say.h"
#include "scratch.h"
#include "sys.h"
#include "target.h"

struct tree {
  const struct plan *plan;
  int root;
  uint64_t mount_id; // of the root
  struct stat about; // the root
};

static uint64_t mount_id(int descriptor) {
  struct statx about;
  return statx(descriptor, "", AT_EMPTY_PATH, STATX_MNT_ID, &about) == 0 ? about.stx_mnt_id : 0;
}

// The mount in which the part of a place that exists ends.
static uint64_t place_mount_id(const struct tree *tree, const struct place *place) {
  char have[PATH_MAX];
  snprintf(have, sizeof have, "%.*s", (int)place->have, place->path);
  int dir = place_open(tree->root, *have == 0 ? "." : have);
  uint64_t id = dir < 0 ? tree->mount_id : mount_id(dir);
  if (dir >= 0) close(dir);
  return id;
}

// `layer direct` leaves mount points behind in the user's own directory, but never an empty file that looks like content.
static bool would_litter(const struct tree *tree, const struct place *place, const struct leaf_form *form) {
  if (form->kind != LEAF_FILE || plan_choice(tree->plan, OP_LAYER, LAYER_NONE) != LAYER_DIRECT) return false;
  return place_mount_id(tree, place) == tree->mount_id;
}

static void make_target(const struct tree *tree, const struct record *record) {
  struct place place;
  struct leaf_form form = target_form(record);
  const char *target = target_of(record);
  if (!place_find(tree->root, -1, target, &place)) die("cannot use %s in the container: %s", target, target_reason(errno));
  if (would_litter(tree, &place, &form)) die("%s does not exist in the writable image: make it there first, or run without --writable", target);
  if (!place_make(tree->root, &place, &form))
    die("%s does not exist in the container and cannot be made at /%s: %s", target, place.path, target_reason(errno));
}

// Opens a record's target, made when it is missing.
static int open_target(const struct tree *tree, const struct record *record) {
  const char *target = target_of(record);
  int found = place_open(tree->root, target);
  if (found < 0 && errno == ENOENT) {
    make_target(tree, record);
    found = place_open(tree->root, target);
  }
  struct stat about;
  if (found < 0 || fstat(found, &about) < 0) die("cannot use %s in the container: %s", target, target_reason(errno));
  if (about.st_ino == tree->about.st_ino && about.st_dev == tree->about.st_dev && mount_id(found) == tree->mount_id)
    die("%s is the root of the container: nothing can be mounted over it", target);
  return found;
}

static bool is_dir(int descriptor) {
  struct stat about;
  return fstat(descriptor, &about) == 0 && S_ISDIR(about.st_mode);
}

static void attach(const struct tree *tree, const struct record *record, int mount, const char *what) {
  int target = open_target(tree, record);
  if (sys_move_mount(mount, target, "", MOVE_MOUNT_T_EMPTY_PATH) < 0) {
    int reason = errno;
    die("cannot mount %s on %s: %s", what, target_of(record),
        is_dir(mount) != is_dir(target) ? "one is a directory and the other is not" : strerror(reason));
  }
  close(target);
  close(mount);
}

static int *host_roots; // by record: a clone of the host's whole tree, or 0

void mounts_prepare(const struct plan *plan) {
  struct stat root, about;
  if (stat("/", &root) < 0) die("cannot look at the host's root: %s", strerror(errno));
  for (size_t i = 0; i < plan->count; i++) {
    const struct record *record = &plan->records[i];
    if (record->op != OP_BIND || record->value[2] & (BIND_NOREC | BIND_INSIDE) || stat(record->text[0], &about) < 0) continue;
    if (about.st_ino != root.st_ino || about.st_dev != root.st_dev) continue;
    if (host_roots == NULL) host_roots = calloc(plan->count, sizeof *host_roots);
    if (host_roots == NULL) die("not enough memory");
    host_roots[i] = sys_open_tree(AT_FDCWD, record->text[0], OPEN_TREE_CLONE | AT_RECURSIVE);
    if (host_roots[i] < 0) die("cannot bind %s on %s: %s", record->text[0], target_of(record), strerror(errno));
  }
}

// A path in the container leads where it does for the payload; what is found there is cloned by its descriptor, so that
// nobody can put something else into its place meanwhile.
static int clone_inside(const struct tree *tree, const char *source, unsigned flags) {
  int found = place_open(tree->root, source);
  if (found < 0) return -1;
  int mount = sys_open_tree(found, "", flags | AT_EMPTY_PATH), reason = errno;
  close(found);
  errno = reason;
  return mount;
}

static int clone_source(const struct tree *tree, const struct record *record, const char *source, uint64_t flags) {
  size_t number = (size_t)(record - tree->plan->records);
  unsigned how = OPEN_TREE_CLONE | (flags & BIND_NOREC ? 0 : AT_RECURSIVE);
  if (host_roots != NULL && host_roots[number] > 0) return host_roots[number];
  return flags & BIND_INSIDE ? clone_inside(tree, source, how) : sys_open_tree(AT_FDCWD, source, how);
}

static int protect(int mount, uint64_t flags) {
  unsigned how = flags & BIND_NOREC ? 0 : AT_RECURSIVE;
  uint64_t set = MOUNT_ATTR_NOSUID | (flags & BIND_DEV ? 0 : MOUNT_ATTR_NODEV) | (flags & BIND_RO ? MOUNT_ATTR_RDONLY : 0);
  if (sys_mount_setattr(mount, how, set) < 0) return -1;
  if (!(flags & (BIND_SLAVE | BIND_PRIVATE))) return 0;
  return sys_mount_propagate(mount, how, flags & BIND_SLAVE ? MS_SLAVE : MS_PRIVATE);
}

static void bind(const struct tree *tree, const struct record *record, const char *source, uint64_t flags) {
  int mount = clone_source(tree, record, source, flags);
  if (mount < 0 && flags & BIND_TRY && (errno == ENOENT || errno == ENOTDIR)) return;
  if (mount < 0 && errno == EINVAL && flags & BIND_NOREC)
    die("cannot bind %s on %s without what is mounted below it: a user namespace must not uncover it", source, target_of(record));
  if (mount < 0 && flags & BIND_INSIDE)
    die("cannot bind %s of the container on %s: %s", source, target_of(record), errno == EINVAL ? "it cannot be mounted twice" : target_reason(errno));
  if (mount < 0) die("cannot bind %s on %s: %s", source, target_of(record), strerror(errno));
  if (protect(mount, flags) < 0)
    die("cannot protect the bind of %s on %s: %s", source, target_of(record), strerror(errno));
  attach(tree, record, mount, source);
}

struct option {
  const char *key, *value; // no key: not set
};

static int new_filesystem(const char *type, const struct option options[2], unsigned attributes) {
  int fs = sys_fsopen(type), mount = -1;
  if (fs < 0) return -1;
  bool good = true;
  for (int i = 0; good && i < 2; i++)
    good = options[i].key == NULL || sys_fsconfig(fs, FSCONFIG_SET_STRING, options[i].key, options[i].value) == 0;
  if (good && sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) == 0) mount = sys_fsmount(fs, attributes);
  int reason = errno;
  close(fs);
  errno = reason;
  return mount;
}

static const char HIDDEN_PROC[] =
    " (the kernel refuses it while parts of the host's /proc are hidden, as inside another container: run without a PID namespace)";

static void attach_new(const struct tree *tree, const struct record *record, const char *type, const struct option options[2],
                       unsigned attributes) {
  int mount = new_filesystem(type, options, attributes);
  const char *hint = errno == EPERM && strcmp(type, "proc") == 0 ? HIDDEN_PROC : "";
  if (mount < 0) die("cannot make a new %s for %s: %s%s", type, target_of(record), strerror(errno), hint);
  attach(tree, record, mount, type);
}

static void mount_tmpfs(const struct tree *tree, const struct record *record) {
  char size[32], mode[16];
  snprintf(size, sizeof size, "%llu", (unsigned long long)record->value[1]);
  snprintf(mode, sizeof mode, "%o", (unsigned)record->value[2]);
  struct option options[2] = {{"mode", mode}, {record->value[1] > 0 ? "size" : NULL, size}};
  attach_new(tree, record, "tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

static void mount_proc(const struct tree *tree, const struct record *record) {
  static const struct option NONE[2] = {{NULL, NULL}, {NULL, NULL}};
  if (!(tree->plan->namespaces & 1u << NS_PID)) bind(tree, record, "/proc", 0);
  else attach_new(tree, record, "proc", NONE, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

static void make_dir(const struct tree *tree, const struct record *record) {
  int found = open_target(tree, record);
  if (!is_dir(found)) die("%s is not a directory in the container", record->text[0]);
  close(found);
}

static void make_link(const struct tree *tree, const struct record *record) {
  int found = place_open_link(tree->root, record->text[0]);
  if (found >= 0) close(found);
  else make_target(tree, record);
}

// Below a mount nothing is made: it would appear on the host.
static void make_point(const struct tree *tree, const struct record *record) {
  struct place place;
  int found = place_open(tree->root, record->text[0]);
  if (found >= 0) {
    close(found);
    return;
  }
  if (!place_find(tree->root, -1, record->text[0], &place)) die("cannot use %s in the container: %s", record->text[0], target_reason(errno));
  if (place_mount_id(tree, &place) == tree->mount_id) make_target(tree, record);
}

static void make_readonly(const struct tree *tree) {
  if (sys_mount_setattr(tree->root, 0, MOUNT_ATTR_RDONLY) < 0) die("cannot make the root read-only: %s", strerror(errno));
}

static void perform(const struct tree *tree, const struct record *record) {
  static const struct option DEVPTS[2] = {{"ptmxmode", "0666"}, {"mode", "0620"}};
  static const struct option NONE[2] = {{NULL, NULL}, {NULL, NULL}};
  switch (record->op) {
  case OP_BIND: bind(tree, record, record->text[0], record->value[2]); break;
  case OP_TMPFS: mount_tmpfs(tree, record); break;
  case OP_PROC: mount_proc(tree, record); break;
  case OP_SYSFS: bind(tree, record, "/sys", 0); break;
  case OP_DEVPTS: attach_new(tree, record, "devpts", DEVPTS, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC); break;
  case OP_MQUEUE: attach_new(tree, record, "mqueue", NONE, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC); break;
  case OP_DIR: make_dir(tree, record); break;
  case OP_FILE: attach(tree, record, scratch_file(tree->plan, record), "a file of the plan"); break;
  case OP_LINK: make_link(tree, record); break;
  case OP_POINT: make_point(tree, record); break;
  case OP_ROOT_HOOK: hook_root(record->text[0], tree->root); break;
  case OP_READONLY: make_readonly(tree); break;
  default: break;
  }
}

void mounts_make(const struct plan *plan, int root) {
  struct tree tree = {.plan = plan, .root = root, .mount_id = mount_id(root)};
  if (fstat(root, &tree.about) < 0) die("cannot look at the new root: %s", strerror(errno));
  for (size_t i = 0; i < plan->count; i++) perform(&tree, &plan->records[i]);
}
