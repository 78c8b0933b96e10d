// Until the last system call nothing of the root is in the caller's namespace, and then all of it is: the tree is cloned as a
// whole, unattached, and attached at once. A launcher that is killed before leaves nothing: mounts and loop devices go with
// its namespace and its descriptors.
#include "publish.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "say.h"
#include "sys.h"

static int caller = -1, place = -1;

void publish_prepare(const struct plan *plan) {
  const char *dir = plan->first[OP_PUBLISH]->text[0];
  caller = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  if (caller < 0) die("cannot open /proc/self/ns/mnt: %s", strerror(errno));
  place = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (place < 0) die("cannot open the directory %s: %s", dir, strerror(errno));
}

void publish_root(const struct plan *plan, int root) {
  const char *dir = plan->first[OP_PUBLISH]->text[0];
  int tree = sys_open_tree(root, "", OPEN_TREE_CLONE | AT_RECURSIVE | AT_EMPTY_PATH);
  if (tree < 0) die("cannot copy the finished root: %s", strerror(errno));
  // What a hook has mounted may lack it.
  if (sys_mount_setattr(tree, AT_RECURSIVE, MOUNT_ATTR_NOSUID) < 0) die("cannot protect the finished root: %s", strerror(errno));
  if (setns(caller, CLONE_NEWNS) < 0) die("cannot return to the caller's mounts: %s", strerror(errno));
  if (sys_move_mount(tree, place, "", MOVE_MOUNT_T_EMPTY_PATH) < 0) die("cannot mount the finished root on %s: %s", dir, strerror(errno));
  _exit(0);
}
