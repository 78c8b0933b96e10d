// Who the payload is: namespaces, id maps, capabilities. Knows nothing of mounts.
#ifndef BERTH_IDENTITY_H
#define BERTH_IDENTITY_H

#include "plan.h"

// Enters the plan's user namespace, a new mount namespace and the others, except the PID namespace, which needs a fork. Dies
// with the reason and the cure.
void identity_enter(const struct plan *plan);

// True when identity_drop makes a second user namespace, of which the first is the parent.
bool identity_nests(const struct plan *plan);

// Keeps what identity_drop needs of the host's /proc. Last call before the root changes, in the process that goes on.
void identity_before_root_change(const struct plan *plan);

// Lets a program that this process is about to execute keep the capabilities of the namespace.
void identity_pass_on(void);

// Becomes the plan's user and gives up every privilege that the plan does not grant. no_new_privs is always set.
void identity_drop(const struct plan *plan);

#endif
