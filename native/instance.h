// What makes a launch an instance for the one who started it: the talk over one descriptor.
#ifndef BERTH_INSTANCE_H
#define BERTH_INSTANCE_H

#include "plan.h"

// From now on a failure is told to the starter as well.
void instance_open(const struct plan *plan);

// Says that everything stands, and waits for leave to begin: the starter writes down first what it started. Dies without it.
void instance_announce(void);

// Says that the program begins now, or that there is none to begin.
void instance_begin(void);

#endif
