// The launch plan of a call of `shifter` in a prepared container.
#ifndef BERTH_SHIFTER_PLAN_H
#define BERTH_SHIFTER_PLAN_H

#include "prepared.h"
#include "shifter-options.h"

// Its bytes, which stay for good. NULL when the prepared plan is wrong, or lacks what the options ask of the image.
const char *shifter_plan(const struct prepared *prepared, const struct shifter_options *options, const char *asked, size_t *length);

#endif
