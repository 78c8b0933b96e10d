// What `berth-node setup` shall do, as it stands on its standard input. Knows nothing of mounts.
#ifndef BERTH_ORDER_H
#define BERTH_ORDER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
  ORDER_MAX_BYTES = 32 << 20,
  ORDER_MAX_STEPS = 256,
};

enum step_kind { STEP_CACHE, STEP_NAMESPACE, STEP_LAUNCH, STEP_FILE };

// `cache NAME FILE SIZE MKFS GID`: an empty file system of SIZE bytes, mounted at NAME in the holder. FILE is the name of its
//   file, to which a dot and six letters are added; it is gone at once. MKFS is mkfs.xfs.
// `namespace NAME GID`: a user namespace in which the user is himself, with this group; NAME in the holder stands for it.
// `launch LENGTH` and a launch plan of so many bytes: carried out.
// `file NAME LENGTH` and so many bytes: a file in the holder.
struct step {
  enum step_kind kind;
  const char *name, *file, *mkfs;
  uint64_t size;
  gid_t gid;
  const char *bytes;
  size_t length;
};

// `BERTHNODE1` and a newline, then words that end with NUL: `holder DIR UID LAUNCHER SAME`, the steps, `end`. SAME is the name
// of the file of the steps that tells one set-up from another.
struct order {
  const char *dir, *launcher;
  uid_t uid;
  const struct step *same;
  struct step steps[ORDER_MAX_STEPS];
  size_t count;
};

// Reads and checks an order whole; dies when anything is wrong with it.
void order_read(int from, struct order *order);

#endif
