// The image as a directory. The kernel only ever parses a squashfs here when real root's plan says `root kernel`.
#include "image.h"

#include <errno.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "encrypted.h"
#include "fuse.h"
#include "say.h"
#include "statx.h"
#include "sys.h"
#include "target.h"

// open_tree, when it clones, demands a mount of this namespace: everything is opened after unshare, nothing before.
static int open_dir(const char *path) {
  int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) die("cannot open the image directory %s: %s", path, target_reason(errno));
  return dir;
}

static void expect_mount(int dir, const char *path) {
  struct sys_statx about;
  if (sys_statx(dir, "", AT_EMPTY_PATH, SYS_STATX_TYPE, &about) < 0)
    die("cannot look at the image mount %s: %s", path, target_reason(errno));
  if (!(about.attributes & SYS_STATX_ATTR_MOUNT_ROOT))
    die("%s is not a mount point: the image is not mounted there (any more); berth-mount mounts it", path);
}

static void check_mounts(const struct plan *plan, int image) {
  const char *root = plan->first[OP_ROOT]->text[1];
  for (size_t i = 0; i < plan->count; i++) {
    const struct record *record = &plan->records[i];
    if (record->op == OP_TOUCH) utimensat(AT_FDCWD, record->text[0], NULL, 0);
    if (record->op != OP_EXPECT_MOUNT) continue;
    // The root itself is checked by its descriptor: the link that led to it may be replaced at any time.
    int dir = strcmp(record->text[0], root) == 0 ? image : open_dir(record->text[0]);
    expect_mount(dir, record->text[0]);
    if (dir != image) close(dir);
  }
}

static int claim_loop(int control, struct loop_config *config, char *device, size_t size) {
  for (int tries = 0; tries < 64; tries++) {
    int number = ioctl(control, LOOP_CTL_GET_FREE);
    if (number < 0) die("cannot get a free loop device: %s", strerror(errno));
    snprintf(device, size, "/dev/loop%d", number);
    int loop = open(device, O_RDONLY | O_CLOEXEC);
    if (loop < 0) die("cannot open %s: %s", device, strerror(errno));
    if (ioctl(loop, LOOP_CONFIGURE, config) == 0) return loop;
    close(loop);
    if (errno != EBUSY) die("cannot attach the image to %s: %s", device, strerror(errno)); // busy: another launch was faster
  }
  die("no loop device stays free long enough");
}

static int mount_kernel(const char *file, uint64_t offset) {
  int image = open(file, O_RDONLY | O_CLOEXEC), control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (image < 0) die("cannot open the image %s: %s", file, strerror(errno));
  if (control < 0) die("cannot open /dev/loop-control: %s", strerror(errno));
  // The device reads through this descriptor. Blocks of an image are wanted here and there: reading ahead between them, as files
  // are read, doubles what comes from the disk, which is a whole site's.
  (void)posix_fadvise(image, 0, 0, POSIX_FADV_RANDOM);
  struct loop_config config = {.fd = (uint32_t)image, .info = {.lo_offset = offset, .lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR}};
  snprintf((char *)config.info.lo_file_name, LO_NAME_SIZE, "%s", file);
  char device[32];
  int loop = claim_loop(control, &config, device, sizeof device);
  int fs = sys_fsopen("squashfs");
  if (fs < 0 || sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", device) < 0 || sys_fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL) < 0)
    die("cannot mount %s as squashfs: %s", file, strerror(errno));
  if (sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0) {
    // What the kernel does not take for a squashfs is the image's fault, not the machine's.
    if (errno == EINVAL) die_in_image("%s is no squashfs at byte %llu, or of a kind that this kernel does not know", file, (unsigned long long)offset);
    die("cannot mount %s as squashfs at byte %llu: %s", file, (unsigned long long)offset, strerror(errno));
  }
  int mount = sys_fsmount(fs, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  if (mount < 0) die("cannot mount %s: %s", file, strerror(errno));
  close(loop); // the mount holds it from here; with the last mount it is free again
  close(control);
  close(image);
  close(fs);
  return mount;
}

static int attached; // mounts on top of the host's root

void attach_over_root(int mount, const char *what) {
  if (sys_move_mount(mount, AT_FDCWD, "/", 0) < 0) die("cannot attach %s: %s", what, strerror(errno));
  attached++;
}

// pivot_root lays the host's root, with everything that was attached to it, over the new root's "/": one umount for each, the
// topmost first. The new root itself was attached too, which makes the count right.
void root_change(int root) {
  struct sys_statx new_root, top;
  if (fchdir(root) < 0) die("cannot enter the new root: %s", target_reason(errno));
  if (sys_pivot_root(".", ".") < 0)
    die("cannot change the root: %s (the caller's own root must be a mount point: neither a chroot nor an initial RAM disk)", strerror(errno));
  for (; attached > 0; attached--)
    if (sys_umount(".", BERTH_MNT_DETACH) < 0) die("cannot leave the host's root: %s", strerror(errno));
  // "/.." is the root with whatever lies over it: nothing of the host may.
  if (chdir("/") < 0 || sys_statx(root, "", AT_EMPTY_PATH, SYS_STATX_MNT_ID, &new_root) < 0 || sys_statx(AT_FDCWD, "/..", 0, SYS_STATX_MNT_ID, &top) < 0 ||
      new_root.mount_id != top.mount_id)
    die("the host's root is still reachable: refusing to go on");
}

static int mount_image(const struct plan *plan) {
  const struct record *root = plan->first[OP_ROOT];
  int image = root->value[0] == ROOT_KERNEL      ? mount_kernel(root->text[1], root->value[2])
              : root->value[0] == ROOT_ENCRYPTED ? encrypted_mount(plan)
                                                 : fuse_mount(plan);
  attach_over_root(image, root->text[1]);
  if (root->value[0] == ROOT_FUSE) fuse_wait(image, root->text[1]);
  return image;
}

// What has the image open keeps its content alive without its name.
static void forget_files(const struct plan *plan) {
  for (size_t i = 0; i < plan->count; i++)
    if (plan->records[i].op == OP_FORGET) unlink(plan->records[i].text[0]);
}

int image_open(const struct plan *plan) {
  const struct record *root = plan->first[OP_ROOT];
  int image = root->value[0] == ROOT_DIR ? open_dir(root->text[1]) : -1;
  check_mounts(plan, image);
  if (image < 0) image = mount_image(plan);
  forget_files(plan);
  return image;
}

// `layer none` takes what is mounted below the root as it is: a root that was prepared has writable mounts in it.
int image_as_root(const struct plan *plan, int image, bool writable) {
  const struct record *root = plan->first[OP_ROOT];
  if (root->value[0] != ROOT_DIR) return image; // attached already
  int tree = sys_open_tree(image, "", OPEN_TREE_CLONE | AT_RECURSIVE | AT_EMPTY_PATH);
  if (tree < 0) die("cannot use %s as the root: %s", root->text[1], strerror(errno));
  uint64_t below = plan_choice(plan, OP_LAYER, LAYER_NONE) == LAYER_NONE, readonly = writable ? 0 : MOUNT_ATTR_RDONLY;
  if (sys_mount_setattr(tree, AT_RECURSIVE, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (below ? 0 : readonly)) < 0 ||
      sys_mount_setattr(tree, 0, readonly) < 0)
    die("cannot protect the root %s: %s", root->text[1], strerror(errno));
  attach_over_root(tree, root->text[1]);
  return tree;
}
