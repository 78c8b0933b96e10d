// Whether a call of `shifter` wants the container that is set up.
#ifndef BERTH_SHIFTER_MATCH_H
#define BERTH_SHIFTER_MATCH_H

#include "prepared.h"
#include "shifter-options.h"

// True when image, volumes and modules, from the options and the environment, are those of the prepared plan. `asked` is then the
// image in the caller's words.
bool shifter_matches(const struct prepared *prepared, const struct shifter_options *options, const char **asked);

#endif
