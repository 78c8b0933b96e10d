// Carries out the mount records, one after the other.
#include "mounts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bind.h"
#include "hook.h"
#include "place.h"
#include "say.h"
#include "scratch.h"
#include "sys.h"
#include "target.h"
#include "tree.h"

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
  tree_attach(tree, record, mount, type);
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
  if (!(tree->plan->namespaces & 1u << NS_PID)) bind_mount(tree, record, "/proc", 0);
  else attach_new(tree, record, "proc", NONE, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

static void make_dir(const struct tree *tree, const struct record *record) {
  int found = tree_open_target(tree, record);
  if (!tree_is_dir(found)) die_in_image("%s is not a directory in the container", record->text[0]);
  close(found);
}

static void make_link(const struct tree *tree, const struct record *record) {
  int found = place_open_link(tree->root, record->text[0]);
  if (found >= 0) close(found);
  else tree_make_target(tree, record);
}

static void make_readonly(const struct tree *tree) {
  if (sys_mount_setattr(tree->root, 0, MOUNT_ATTR_RDONLY) < 0) die("cannot make the root read-only: %s", strerror(errno));
}

static void perform(const struct tree *tree, const struct record *record) {
  static const struct option DEVPTS[2] = {{"ptmxmode", "0666"}, {"mode", "0620"}};
  static const struct option NONE[2] = {{NULL, NULL}, {NULL, NULL}};
  switch (record->op) {
  case OP_BIND: bind_mount(tree, record, record->text[0], record->value[2]); break;
  case OP_TMPFS: mount_tmpfs(tree, record); break;
  case OP_PROC: mount_proc(tree, record); break;
  case OP_SYSFS: bind_mount(tree, record, "/sys", 0); break;
  case OP_DEVPTS: attach_new(tree, record, "devpts", DEVPTS, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC); break;
  case OP_MQUEUE: attach_new(tree, record, "mqueue", NONE, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC); break;
  case OP_DIR: make_dir(tree, record); break;
  case OP_FILE: tree_attach(tree, record, scratch_file(tree->plan, record), "a file of the plan"); break;
  case OP_LINK: make_link(tree, record); break;
  case OP_POINT: tree_make_point(tree, record); break;
  case OP_ROOT_HOOK: hook_root(record->text[0], tree->root); break;
  case OP_READONLY: make_readonly(tree); break;
  default: break;
  }
}

void mounts_make(const struct plan *plan, int root) {
  struct tree tree = tree_of(plan, root);
  for (size_t i = 0; i < plan->count; i++) perform(&tree, &plan->records[i]);
}
