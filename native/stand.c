// The holder. Everything about DIR is decided by its parents: only root may change what stands there, so names below it are
// safe to use until it is handed over, and after that the tmpfs itself cannot be written by anybody.
#include "stand.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "say.h"
#include "statx.h"
#include "sys.h"

#define SIZE "64m" // it takes what is used
#define INODES "1024"
#define NOT_THROUGH_LINKS 8 // UMOUNT_NOFOLLOW, whose header does not go with the kernel's

void stand_expect_safe(const char *dir) {
  char path[PATH_MAX];
  struct stat about;
  if (snprintf(path, sizeof path, "%s", dir) >= (int)sizeof path) die("%s is too long", dir);
  for (char *slash = strrchr(path, '/'); slash != NULL; slash = strrchr(path, '/')) {
    slash[slash == path] = 0;
    if (lstat(path, &about) < 0) die("cannot look at %s: %s", path, strerror(errno));
    if (!S_ISDIR(about.st_mode)) die("%s is a link, or no directory: nothing can be set up below it (name its real place)", path);
    // Where the sticky bit lets only owners rename, root's names are safe among others'.
    if (about.st_uid != 0 || (about.st_mode & (S_IWGRP | S_IWOTH) && !(about.st_mode & S_ISVTX)))
      die("%s may be changed by others than root: nothing can be set up below it (chown root, chmod go-w)", path);
    if (slash == path) break;
  }
}

bool stand_mounted(const char *dir, uid_t *whose) {
  struct sys_statx about;
  if (sys_statx(AT_FDCWD, dir, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, SYS_STATX_TYPE | SYS_STATX_UID, &about) < 0) {
    if (errno == ENOENT) return false;
    die("cannot look at %s: %s", dir, strerror(errno));
  }
  if (whose != NULL) *whose = about.uid;
  return about.attributes & SYS_STATX_ATTR_MOUNT_ROOT;
}

// The only way to write to it, a mount that has no name. Who is the directory's owner could change it: so everywhere else, in the
// copies of other namespaces too, it is read-only from the beginning.
static int writable = -1;

static int make_tmpfs(void) {
  int fs = sys_fsopen("tmpfs");
  if (fs < 0 || sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", "berth-node") < 0 || sys_fsconfig(fs, FSCONFIG_SET_STRING, "size", SIZE) < 0 ||
      sys_fsconfig(fs, FSCONFIG_SET_STRING, "nr_inodes", INODES) < 0 || sys_fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0700") < 0 ||
      sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
    die("cannot make a tmpfs: %s", strerror(errno));
  int mount = sys_fsmount(fs, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  writable = mount < 0 ? -1 : sys_open_tree(mount, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
  if (writable < 0 || sys_mount_clearattr(writable, MOUNT_ATTR_RDONLY) < 0) die("cannot make a tmpfs: %s", strerror(errno));
  close(fs);
  return mount;
}

int stand_raise(const char *dir) {
  if (stand_mounted(dir, NULL)) die("something is mounted at %s", dir);
  if (rmdir(dir) < 0 && errno != ENOENT) die("cannot use %s: %s", dir, strerror(errno));
  if (mkdir(dir, 0700) < 0) die("cannot make %s: %s", dir, strerror(errno));
  int stand = make_tmpfs(), at = open(dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (at < 0 || syscall(SYS_move_mount, stand, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
    die("cannot mount a tmpfs at %s: %s", dir, strerror(errno));
  close(at);
  stand_make_dir("image");
  stand_make_dir("root");
  return stand;
}

void stand_make_dir(const char *name) {
  if (mkdirat(writable, name, 0755) < 0) die("cannot make %s: %s", name, strerror(errno));
}

void stand_write(const char *name, const char *bytes, size_t length) {
  int file = openat(writable, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0444);
  ssize_t done = 0;
  for (size_t at = 0; file >= 0 && at < length; at += (size_t)done)
    if ((done = write(file, bytes + at, length - at)) < 0) break;
  if (file < 0 || done < 0) die("cannot write %s: %s", name, strerror(errno));
  close(file);
}

void stand_seal(const char *dir, uid_t uid) {
  int owned = openat(writable, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (owned < 0 || fchmod(owned, 0500) < 0 || fchown(owned, uid, 0) < 0) die("cannot hand %s over: %s", dir, strerror(errno));
  close(owned);
  int fs = (int)syscall(SYS_fspick, writable, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
  close(writable);
  if (fs < 0 || sys_fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL) < 0 || sys_fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL) < 0)
    die("cannot seal %s: %s", dir, strerror(errno));
  close(fs);
}

bool stand_is(const char *dir, const char *name, const char *bytes, size_t length) {
  int at = open(dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  int file = at < 0 ? -1 : openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  if (at >= 0) close(at);
  if (file < 0) return false;
  char part[4096];
  size_t seen = 0;
  ssize_t got;
  while ((got = read(file, part, sizeof part)) > 0) {
    if ((size_t)got > length - seen || memcmp(part, bytes + seen, (size_t)got) != 0) break;
    seen += (size_t)got;
  }
  close(file);
  return got == 0 && seen == length;
}

void stand_fell(const char *dir) {
  for (int layers = 0; stand_mounted(dir, NULL); layers++)
    if (layers == 64 || sys_umount(dir, BERTH_MNT_DETACH | NOT_THROUGH_LINKS) < 0) die("cannot unmount %s: %s", dir, strerror(errno));
  // This also takes away the copies in mount namespaces that were made meanwhile: a mount goes with its directory (Linux 3.18).
  if (rmdir(dir) < 0 && errno != ENOENT) die("cannot remove %s: %s", dir, strerror(errno));
}
