// What the site's log is told of a launch. It must not know what the words mean.
#ifndef BERTH_RECORD_H
#define BERTH_RECORD_H

#include "plan.h"

// Sends the plan's record, if it has one. Never waits and never fails: a log that is away or full loses it.
void record_send(const struct plan *plan);

#endif
