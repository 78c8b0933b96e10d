// The launch plan of a call of `shifter` in a prepared container.
#ifndef BERTH_SHIFTER_PLAN_H
#define BERTH_SHIFTER_PLAN_H

#include "prepared.h"
#include "shifter-options.h"

// Writes it into a file without a name, whose descriptor stays open over exec. -1 when the prepared plan is wrong, or lacks what the
// options ask of the image.
int shifter_plan(const struct prepared *prepared, const struct shifter_options *options, const char *asked);

#endif
