// The payload's program.
#ifndef BERTH_PROGRAM_H
#define BERTH_PROGRAM_H

#include "plan.h"

// Makes the environment, runs the hooks and becomes the program, or dies with 126 or 127 (with `called` always 127) and the reason.
__attribute__((noreturn)) void program_start(const struct plan *plan);

#endif
