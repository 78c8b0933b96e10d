// Entries of a tar archive (POSIX.1-2001, pax) on standard output. Knows nothing of folders or layers.
#ifndef BERTH_PACK_TAR_H
#define BERTH_PACK_TAR_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What an entry says. Times below 0 are written as 0.
struct tar_entry {
  char type; // the archive's letter: 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 directory, 6 fifo
  const char *path, *link;
  mode_t mode;
  uid_t uid;
  gid_t gid;
  int64_t size, mtime;
  unsigned major, minor;
};

// Adds an extended attribute to the entry that is written next; one whose name an archive cannot hold (with =) is left out.
void tar_xattr(const char *name, const char *value, size_t length);

// Writes the headers of an entry; a body of `size` bytes must follow by `tar_body`, ended by `tar_pad`.
void tar_header(const struct tar_entry *entry);
void tar_body(const char *bytes, size_t length);
void tar_pad(int64_t size);

// Ends the archive and sends what is still held back.
void tar_end(void);

#endif
