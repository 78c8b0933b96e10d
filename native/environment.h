// The payload's environment, made of the steps of a plan.
#ifndef BERTH_ENVIRONMENT_H
#define BERTH_ENVIRONMENT_H

#include "plan.h"

// Carries out the steps in their order; an `env-file` is opened where the caller stands. The list ends with NULL and its strings
// point into the plan or into memory that is never given back. Dies with 1, naming file and line, when a file cannot be used.
char **environment_make(const struct plan *plan);

// The value of a variable, or NULL.
const char *environment_get(char *const *environment, const char *name);

#endif
