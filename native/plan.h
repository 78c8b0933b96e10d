// The launch plan as data: docs/launch-plan.md in memory. Parsing knows nothing of namespaces, mounts or files.
#ifndef BERTH_PLAN_H
#define BERTH_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  PLAN_MAX_BYTES = 8 << 20,
  PLAN_MAX_RECORDS = 65536,
  PLAN_MAX_MOUNTS = 4096, // mount records; each is compared with those before it
  PLAN_MAX_IDMAPS = 340,  // the kernel's own limit of lines in a map
  PLAN_MAX_LOWERS = 64,
  PLAN_MAX_GROUPS = 64,
  PLAN_MAX_OVERLAY_IMAGES = 16,
  PLAN_MAX_MERGED = 24, // layers that fuse-overlayfs merges, the image included
  PLAN_ERROR_SIZE = 256,
};

enum op {
  OP_JOIN, OP_USERNS, OP_USER_NAMESPACE, OP_IDMAP, OP_UNSHARE, OP_HOSTNAME, OP_CONTROL_GROUP,
  OP_ROOT, OP_FUSE_PROGRAM, OP_FUSE2FS_PROGRAM, OP_FUSE_OVERLAYFS_PROGRAM, OP_E2FSCK_PROGRAM, OP_DECRYPT, OP_OVERLAY_IMAGE, OP_TOUCH, OP_FORGET, OP_RECORD, OP_EXPECT_MOUNT, OP_LAYER,
  OP_BIND, OP_TMPFS, OP_PROC, OP_SYSFS, OP_DEVPTS, OP_MQUEUE, OP_DIR, OP_FILE, OP_LINK, OP_POINT, OP_ROOT_HOOK, OP_READONLY,
  OP_CALLED, OP_CHDIR, OP_CHDIR_ELSE, OP_UMASK, OP_RLIMIT, OP_KEEP_CAPS, OP_CAPS, OP_SETID, OP_GROUP, OP_PRETEND, OP_INIT, OP_INSTANCE, OP_KEEP_FD,
  OP_ENV, OP_ENV_APPEND, OP_ENV_PREPEND, OP_ENV_UNSET, OP_ENV_FILE, OP_HOOK, OP_PUBLISH, OP_EXEC, OP_ARG, OP_END,
  OP_COUNT,
};

// The values of an argument that is a choice, in the order of their words.
enum { USERNS_NONE, USERNS_SELF, USERNS_ROOT, USERNS_RANGES };
enum { NS_PID, NS_IPC, NS_UTS, NS_NET, NS_CGROUP };
enum { ROOT_DIR, ROOT_KERNEL, ROOT_FUSE, ROOT_ENCRYPTED };
enum { LAYER_NONE, LAYER_AUTO, LAYER_TMPFS, LAYER_DIRS, LAYER_DIRECT };
enum { OVERLAY_SQUASHFS, OVERLAY_EXT_RO, OVERLAY_EXT_RW };
enum { CAPS_NONE, CAPS_NAMESPACE };
enum { BIND_RO = 1, BIND_RW = 2, BIND_DEV = 4, BIND_TRY = 8, BIND_NOREC = 16, BIND_INSIDE = 32, BIND_FILE = 64, BIND_SLAVE = 128, BIND_PRIVATE = 256 };
enum { POINT_DIR, POINT_FILE };

// No limit, in an `rlimit` record.
#define PLAN_INFINITE UINT64_MAX

// One record: its arguments as text and, where they are numbers, choices or flags, as values.
struct record {
  enum op op;
  const char *text[4];
  uint64_t value[4];
};

struct plan {
  struct record *records; // in order, without `end`
  size_t count;
  const struct record *first[OP_COUNT]; // NULL when the plan has none
  size_t times[OP_COUNT];
  unsigned namespaces; // bit set of 1 << NS_*
  char **argv;         // ends with NULL and points into the buffer
};

// Parses and checks a whole plan. Strings point into `bytes`, which must outlive the plan. Returns false and a sentence in
// `error` (PLAN_ERROR_SIZE bytes) when anything is wrong; the plan is then empty.
bool plan_parse(const char *bytes, size_t length, struct plan *plan, char *error);

// Gives back the memory of a parsed plan.
void plan_free(struct plan *plan);

// The value of the first argument of the plan's only record of this kind, or `otherwise`.
uint64_t plan_choice(const struct plan *plan, enum op op, uint64_t otherwise);

// The number in `image:N`, what a layer calls an overlay image; false for anything else.
bool plan_image_number(const char *text, size_t length, uint64_t *number);

// True when an overlay image of the plan is an ext file system, for which layers are merged in user space: fuse2fs has no
// whiteouts in its renames and no types in its listings, without which the kernel refuses it as a writable layer and shows
// deleted files in a read-only one.
bool plan_merges(const struct plan *plan);

// True when one of them is written to.
bool plan_writes_image(const struct plan *plan);

// How many arguments a record of this name has; -1 when there is none of this name.
int plan_arguments(const char *name);

// True for the records that put something into the container's tree.
bool plan_is_mount(enum op op);

#endif
