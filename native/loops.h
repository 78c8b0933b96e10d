// Loop devices: attaching a file, and those that hold the mounts below a folder.
#ifndef BERTH_LOOPS_H
#define BERTH_LOOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOOPS_MAX = 64 };

// One use of a loop device: the sequence number differs when it was detached and attached again.
struct loop_use {
  unsigned number;
  uint64_t sequence;
};

struct loop_uses {
  struct loop_use use[LOOPS_MAX];
  size_t count;
};

// Attaches an open file to a free loop device, which is detached with the last mount of it. Returns the open device and its
// path; `name` is what tools show.
int loop_attach(int file, const char *name, char *device, size_t size);

// The loop devices that hold what is mounted at DIR and below.
void loops_below(const char *dir, struct loop_uses *uses);

// A descriptor that becomes readable when a block device changes, or -1. To be opened before what is waited for is begun.
int loops_news(void);

// Waits until none of them is attached any more, for at most so long. Leaves in `uses` those that are.
void loops_wait(struct loop_uses *uses, int news, int milliseconds);

#endif
