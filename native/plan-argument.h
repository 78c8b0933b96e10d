// What the arguments of a plan's records may be.
#ifndef BERTH_PLAN_ARGUMENT_H
#define BERTH_PLAN_ARGUMENT_H

#include <stdbool.h>
#include <stdint.h>

enum kind {
  // K_WAY and K_WORD are a path and a name of any length: what is too long for the kernel is the user's mistake, not the plan's.
  K_NOTHING, K_PATH, K_WAY, K_WORD, K_UPPER, K_LOWERS, K_TEXT, K_NAME, K_ENV, K_NUMBER, K_ID, K_FD, K_MODE, K_LIMIT,
  K_USERNS, K_UG, K_NS, K_ROOT, K_OVERLAY, K_LAYER, K_CAPS, K_PRETEND, K_RLIMIT, K_FLAGS, K_POINT, K_VARIABLE,
};

// Checks an argument and gives the value of a number, choice or list of flags. When it is refused, `why` (PLAN_ERROR_SIZE bytes)
// is the reason.
bool plan_argument(enum kind kind, const char *text, uint64_t *value, char *why);

#endif
