// An overlay of the kernel's over directories that are open.
#ifndef BERTH_OVERLAY_H
#define BERTH_OVERLAY_H

#include "plan.h"

struct stack {
  int lower[PLAN_MAX_LOWERS + 2]; // top first
  size_t lowers;
  int upper, work; // -1: read-only
};

// Makes the overlay, unattached; read-only without an upper directory. Dies when it cannot.
int overlay_make(const struct plan *plan, const struct stack *stack);

// Closes the directories of a stack, but not `kept`.
void overlay_close(const struct stack *stack, int kept);

#endif
