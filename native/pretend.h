// System calls that answer success without doing anything, for programs that want ids which this user namespace has not got.
#ifndef BERTH_PRETEND_H
#define BERTH_PRETEND_H

#include "plan.h"

// Carries out `pretend`: from here on this process and its descendants, whatever they execute, change no owner, no id and
// no capability, and are told that they did. Needs no_new_privs. Dies where the machine has no such filter.
void pretend_begin(const struct plan *plan);

#endif
