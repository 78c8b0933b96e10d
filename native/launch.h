// Carrying out a launch plan.
#ifndef BERTH_LAUNCH_H
#define BERTH_LAUNCH_H

#include "plan.h"

// Becomes the payload of a plan that has been checked, or ends the process with 0 when the plan publishes. Dies when anything is wrong.
__attribute__((noreturn)) void launch(const struct plan *plan);

#endif
