// What the kernel says of a file and of the mount that it is on. Written out here: musl has this from 1.2.5 on only, and the kernel's
// header cannot be included beside a C library's that has it, too.
#ifndef BERTH_STATX_H
#define BERTH_STATX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SYS_STATX_TYPE = 0x1, SYS_STATX_UID = 0x8, SYS_STATX_MNT_ID = 0x1000 }; // to ask for
enum { SYS_STATX_ATTR_MOUNT_ROOT = 0x2000 };

struct sys_statx {
  uint32_t mask, block_size;
  uint64_t attributes;
  uint32_t links, uid, gid;
  uint16_t mode, unused;
  uint64_t inode, size, blocks, attributes_known;
  uint64_t times[8];
  uint32_t devices[4];
  uint64_t mount_id;
  uint64_t later[13];
};
_Static_assert(sizeof(struct sys_statx) == 256 && offsetof(struct sys_statx, mount_id) == 144, "the kernel's struct statx");

static inline int sys_statx(int dir, const char *path, int flags, unsigned mask, struct sys_statx *about) {
  return (int)syscall(SYS_statx, dir, path, flags, mask, about);
}

#endif
