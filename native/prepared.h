// A prepared plan (docs/prepared-plan.md): what a container was set up for, and how a launch in it is done.
#ifndef BERTH_PREPARED_H
#define BERTH_PREPARED_H

#include <stdbool.h>

struct prepared {
  const char *conditions; // words, each ended by a NUL
  const char *records;    // where the part of the launch begins
  const char *end;
};

// Reads the one of the caller's job on this node. False when there is none that may be trusted, or its form is wrong.
bool prepared_read(struct prepared *prepared);

// The next value of a condition behind `after`, or the first when that is NULL; NULL when there are no more.
const char *prepared_next(const struct prepared *prepared, const char *name, const char *after);

// True when a condition has this value.
bool prepared_has(const struct prepared *prepared, const char *name, const char *value);

#endif
