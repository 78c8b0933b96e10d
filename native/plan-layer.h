// What the arguments of a `layer` record may be.
#ifndef BERTH_PLAN_LAYER_H
#define BERTH_PLAN_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// True for an absolute path and for the name of an overlay image.
bool plan_layer_is(const char *text, size_t length);

// Checks lines of layers, at most PLAN_MAX_LOWERS, and counts them.
bool plan_layer_lines(const char *text, uint64_t *lines);

#endif
