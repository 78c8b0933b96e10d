// How the programs that carry out plans are called: `PROGRAM [--once | --check] PLANFILE`, or `PROGRAM [--check] --fd N`.
#ifndef BERTH_CALL_H
#define BERTH_CALL_H

#include "plan.h"

// Reads and checks the plan that the arguments name; its bytes stay for good. False: it was only to be checked, and is right.
// Dies when anything is wrong.
bool call_plan(int argc, char **argv, struct plan *plan);

// Checks a plan whose bytes are in memory and stay there for good; from here on messages are those of whom it says was called. Dies
// when anything is wrong.
void call_accept(const char *bytes, size_t length, struct plan *plan);

#endif
