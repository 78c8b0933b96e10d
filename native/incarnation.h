// One mounting of a shared image: a directory of its own beside the link that leads to it.
#ifndef BERTH_INCARNATION_H
#define BERTH_INCARNATION_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// What is to be mounted and how. All paths are absolute.
struct shared {
  const char *image, *squashfuse;
  uint64_t offset;
  long uid, gid;                 // owner of all files, or -1: as the image has them
  char parent[PATH_MAX];         // the private directory
  const char *key;               // the link's name in it
  int parent_dir;                // open
};

struct incarnation {
  char name[NAME_MAX + 1]; // in the private directory
  char path[PATH_MAX];
  pid_t server;
};

// True when the link leads to a mount that answers.
bool incarnation_published(const struct shared *shared);

// Removes the link and what is left of incarnations whose server is dead or that are no mounts (any more).
void incarnation_sweep(const struct shared *shared);

// Mounts the image on a new directory and waits until it answers. False with the reason in `why` (512 bytes).
bool incarnation_mount(const struct shared *shared, struct incarnation *mounted, char *why);

// Makes the link lead to it, atomically.
bool incarnation_publish(const struct shared *shared, const struct incarnation *mounted);

// Removes the link if it (still) leads to this incarnation. False when it leads elsewhere.
bool incarnation_withdraw(const struct shared *shared, const struct incarnation *mounted);

// Takes the mount out of this namespace; clones in containers go on working, and the server ends with the last of them.
void incarnation_detach(const struct shared *shared, const struct incarnation *mounted);

#endif
