// A per-node cache: XFS in a sparse file (spec/shifter.md 5.5). The file has a name for the moment between two system calls,
// so that nothing stays whatever happens next; mkfs.xfs reaches it by its descriptor.
#include "cache.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "child.h"
#include "loops.h"
#include "say.h"
#include "stand.h"
#include "sys.h"

static int make_file(const struct step *step, char *path, size_t size) {
  if (snprintf(path, size, "%s.XXXXXX", step->file) >= (int)size) die("the name %s is too long", step->file);
  int file = mkostemp(path, O_CLOEXEC);
  if (file < 0) die("cannot make the per-node cache %s: %s", path, strerror(errno));
  if (unlink(path) < 0) die("cannot remove the name of the per-node cache %s: %s", path, strerror(errno));
  if (ftruncate(file, (off_t)step->size) < 0) die("cannot make a per-node cache of %llu bytes: %s", (unsigned long long)step->size, strerror(errno));
  return file;
}

static void format(const struct step *step, int file) {
  char data[96];
  snprintf(data, sizeof data, "name=/proc/self/fd/%d,file=1,size=%llu", file, (unsigned long long)step->size);
  const char *argv[] = {"mkfs.xfs", "-q", "-d", data, NULL};
  int status = child_run(step->mkfs, argv, file);
  if (status != 0) die("%s cannot make a per-node cache of %llu bytes (status %d)", step->mkfs, (unsigned long long)step->size, status);
}

void cache_raise(int stand, const struct step *step, uid_t uid) {
  char path[PATH_MAX], device[32];
  int file = make_file(step, path, sizeof path);
  format(step, file);
  int loop = loop_attach(file, path, device, sizeof device), fs = sys_fsopen("xfs");
  if (fs < 0 || sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", device) < 0 || sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
    die("cannot mount the per-node cache: %s", strerror(errno));
  int mount = sys_fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  int top = mount < 0 ? -1 : openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (top < 0 || fchown(top, uid, step->gid) < 0 || fchmod(top, 0755) < 0) die("cannot hand the per-node cache over: %s", strerror(errno));
  stand_make_dir(step->name);
  if (sys_move_mount(mount, stand, step->name, 0) < 0) die("cannot mount the per-node cache: %s", strerror(errno));
  close(top);
  close(mount);
  close(fs);
  close(loop); // the mount holds it from here
  close(file);
}
