// The command line of `shifter`, as far as a launch in a prepared container knows it.
#ifndef BERTH_SHIFTER_OPTIONS_H
#define BERTH_SHIFTER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

// What a repeated option has been given.
struct given {
  const char **values;
  size_t count;
};

// NULL, false and empty: nothing was said.
struct shifter_options {
  const char *image, *modules;
  const char *workdir, *entrypoint;  // with a value
  bool image_workdir, image_entrypoint; // without one: the image's
  bool clear;
  struct given volumes, set, files;
  char **words; // the program and its arguments
};

// Reads it as src/batch/options.ts does. False when it holds anything that is not known here or is wrong.
bool shifter_options_read(int argc, char **argv, struct shifter_options *options);

#endif
