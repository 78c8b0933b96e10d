// The limits of a launch: the control group that somebody made for it.
#ifndef BERTH_CONTROL_GROUP_H
#define BERTH_CONTROL_GROUP_H

#include "plan.h"

// Moves this process into the plan's control group, if it names one. Dies with the reason.
void control_group_enter(const struct plan *plan);

#endif
