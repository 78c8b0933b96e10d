// The last steps: the payload's limits, directory, descriptors and program.
#ifndef BERTH_PAYLOAD_H
#define BERTH_PAYLOAD_H

#include <sys/types.h>

#include "plan.h"

// Dies unless every descriptor that is to be kept is open. Before anything is opened here: a number that the caller has not
// used could become one of ours, which may lead out of the container.
void payload_expect_kept(const struct plan *plan);

// Sets the resource limits; raising one needs the privilege that identity_drop gives up.
void payload_limits(const struct plan *plan);

// Sets directory and umask (`inherited` when the plan has none) and closes every descriptor above 2 that is not kept.
void payload_settle(const struct plan *plan, mode_t inherited);

#endif
