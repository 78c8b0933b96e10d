// A small tmpfs of this launch, mounted only when something needs it. It lies between the host's root and the container's, so
// no path leads to it once the root has changed; it goes with the last process of the container.
#include "scratch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"
#include "say.h"
#include "sys.h"

// What a plan's files can need; and beside a size that the user asked for.
enum { SMALL = 16 << 20, HEAD_ROOM = 1 << 20 };

static uint64_t size_of(const struct plan *plan) {
  const struct record *layer = plan->first[OP_LAYER];
  if (layer == NULL || layer->value[0] != LAYER_TMPFS) return SMALL;
  return layer->value[1] == 0 ? 0 : layer->value[1] + HEAD_ROOM;
}

int scratch_open(const struct plan *plan) {
  static int scratch = -1;
  if (scratch >= 0) return scratch;
  char size[32];
  snprintf(size, sizeof size, "%llu", (unsigned long long)size_of(plan));
  int fs = sys_fsopen("tmpfs");
  if (fs < 0 || (size_of(plan) > 0 && sys_fsconfig(fs, FSCONFIG_SET_STRING, "size", size) < 0) ||
      sys_fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0755") < 0 || sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
    die("cannot make the launch's tmpfs: %s", strerror(errno));
  scratch = sys_fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  if (scratch < 0) die("cannot mount the launch's tmpfs: %s", strerror(errno));
  close(fs);
  attach_over_root(scratch, "the launch's tmpfs");
  return scratch;
}

int scratch_dir(const struct plan *plan, const char *name) {
  int scratch = scratch_open(plan);
  int dir = mkdirat(scratch, name, 0755) < 0 ? -1 : openat(scratch, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) die("cannot make a directory in the launch's tmpfs: %s", strerror(errno));
  return dir;
}

int scratch_file(const struct plan *plan, const struct record *record) {
  int scratch = scratch_open(plan);
  char name[32];
  snprintf(name, sizeof name, "file.%zu", (size_t)(record - plan->records));
  int file = openat(scratch, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  size_t length = strlen(record->text[2]);
  if (file < 0 || write(file, record->text[2], length) != (ssize_t)length || fchmod(file, (mode_t)record->value[1]) < 0)
    die("cannot write the content of %s: %s", record->text[0], strerror(errno));
  close(file);
  int mount = sys_open_tree(scratch, name, OPEN_TREE_CLONE);
  if (mount < 0 || sys_mount_setattr(mount, 0, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) < 0)
    die("cannot mount the content of %s: %s", record->text[0], strerror(errno));
  return mount;
}
