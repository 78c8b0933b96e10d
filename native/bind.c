// Every bind is made unattached, protected while nobody can see it, and then attached.
#include "bind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place.h"
#include "say.h"
#include "sys.h"
#include "target.h"

static int *host_roots; // by record: a clone of the host's whole tree, or 0

void binds_prepare(const struct plan *plan) {
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

void bind_mount(const struct tree *tree, const struct record *record, const char *source, uint64_t flags) {
  int mount = clone_source(tree, record, source, flags);
  if (mount < 0 && flags & BIND_TRY && (errno == ENOENT || errno == ENOTDIR)) return;
  if (mount < 0 && errno == EINVAL && flags & BIND_NOREC)
    die("cannot bind %s on %s without what is mounted below it: a user namespace must not uncover it", source, target_of(record));
  if (mount < 0 && flags & BIND_INSIDE)
    die("cannot bind %s of the container on %s: %s", source, target_of(record), errno == EINVAL ? "it cannot be mounted twice" : target_reason(errno));
  if (mount < 0) die("cannot bind %s on %s: %s", source, target_of(record), strerror(errno));
  if (protect(mount, flags) < 0)
    die("cannot protect the bind of %s on %s: %s", source, target_of(record), strerror(errno));
  tree_attach(tree, record, mount, source);
}
