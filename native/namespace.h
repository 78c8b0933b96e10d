// The user namespace in which all launches of a set-up live, so that its processes may look into each other as processes of
// one user do without containers.
#ifndef BERTH_NAMESPACE_H
#define BERTH_NAMESPACE_H

#include <sys/types.h>

#include "order.h"

// Makes a namespace that belongs to this user, maps him and the step's group to themselves and nobody else, and puts it under
// the step's name into the holder, where it stays as long as the holder does.
void namespace_keep(int stand, const struct step *step, uid_t uid);

#endif
