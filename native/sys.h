// The mount system calls that the oldest supported C library (glibc 2.35) has no functions for, and nothing else.
// Needs kernel 5.12 (mount_setattr). Each returns -1 and sets errno, as a libc function would.
#ifndef BERTH_SYS_H
#define BERTH_SYS_H

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BERTH_MNT_DETACH 2
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif

static inline int sys_mount(const char *source, const char *target, const char *type, unsigned long flags) {
  return (int)syscall(SYS_mount, source, target, type, flags, NULL);
}

static inline int sys_umount(const char *target, int flags) { return (int)syscall(SYS_umount2, target, flags); }

static inline int sys_pivot_root(const char *new_root, const char *put_old) {
  return (int)syscall(SYS_pivot_root, new_root, put_old);
}

static inline int sys_open_tree(int dir, const char *path, unsigned flags) {
  return (int)syscall(SYS_open_tree, dir, path, flags | OPEN_TREE_CLOEXEC);
}

static inline int sys_move_mount(int from, int to_dir, const char *to, unsigned flags) {
  return (int)syscall(SYS_move_mount, from, "", to_dir, to, flags | MOVE_MOUNT_F_EMPTY_PATH);
}

static inline int sys_mount_setattr(int mount, unsigned flags, uint64_t set) {
  struct mount_attr attr = {.attr_set = set};
  return (int)syscall(SYS_mount_setattr, mount, "", flags | AT_EMPTY_PATH, &attr, sizeof attr);
}

static inline int sys_mount_clearattr(int mount, uint64_t clear) {
  struct mount_attr attr = {.attr_clr = clear};
  return (int)syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH, &attr, sizeof attr);
}

// MS_SLAVE or MS_PRIVATE.
static inline int sys_mount_propagate(int mount, unsigned flags, uint64_t kind) {
  struct mount_attr attr = {.propagation = kind};
  return (int)syscall(SYS_mount_setattr, mount, "", flags | AT_EMPTY_PATH, &attr, sizeof attr);
}

static inline int sys_fsopen(const char *type) { return (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC); }

static inline int sys_fsconfig(int fs, unsigned command, const char *key, const char *value) {
  return (int)syscall(SYS_fsconfig, fs, command, key, value, 0);
}

static inline int sys_fsmount(int fs, unsigned attributes) {
  return (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes);
}

static inline int sys_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = resolve};
  return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

#endif
