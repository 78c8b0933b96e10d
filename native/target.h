// What a mount record says about its target.
#ifndef BERTH_TARGET_H
#define BERTH_TARGET_H

#include "place.h"
#include "plan.h"

// The target path of a mount record, or NULL for any other.
const char *target_of(const struct record *record);

// False for a bind whose source may be missing and is.
bool target_wanted(const struct record *record);

// True when the record mounts something on its target.
bool target_is_mounted(const struct record *record);

// What has to be made when the target does not exist.
struct leaf_form target_form(const struct record *record);

// Why a target cannot be used, in words that name the image's part in it.
const char *target_reason(int error);

#endif
