// What must hold between the records of a plan.
#ifndef BERTH_PLAN_RULES_H
#define BERTH_PLAN_RULES_H

#include "plan.h"

// The first rule of docs/launch-plan.md that a plan of well-formed records breaks, as a sentence; NULL when it breaks none.
const char *plan_broken_rule(const struct plan *plan);

#endif
