// What src/batch/image-choice.ts and request.ts choose, compared as text. A request in other words that means the same is not
// recognised here: berth-main finds out.
#include "shifter-match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "say.h"

// A variable of Shifter's, or what Slurm calls it in a job. An empty one is not set.
static const char *variable(const char *name) {
  char by_slurm[64];
  const char *value = getenv(name);
  if (value != NULL && *value != 0) return value;
  snprintf(by_slurm, sizeof by_slurm, "SLURM_SPANK_%s", name);
  value = getenv(by_slurm);
  return value != NULL && *value != 0 ? value : NULL;
}

static const char *with_type(const char *type, const char *name) {
  size_t size = strlen(type) + 1 + strlen(name) + 1;
  char *text = malloc(size);
  if (text == NULL) die("not enough memory");
  snprintf(text, size, "%s:%s", type, name);
  return text;
}

static bool has_type(const char *text) {
  static const char *const TYPES[] = {"docker:", "custom:", "id:", "local:"};
  for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
    if (strncmp(text, TYPES[i], strlen(TYPES[i])) == 0) return true;
  return false;
}

static bool is_image(const struct prepared *prepared, const char *text) {
  return strncmp(text, "id:", 3) == 0 ? prepared_has(prepared, "identifier", text + 3) : prepared_has(prepared, "image", text);
}

static bool image_matches(const struct prepared *prepared, const char *option, const char **asked) {
  const char *type = variable("SHIFTER_IMAGETYPE"), *name = variable("SHIFTER_IMAGE"), *request = variable("SHIFTER_IMAGEREQUEST");
  if (option == NULL && type != NULL && name != NULL) {
    const char *text = with_type(type, name);
    // A job's image is frozen as its id; what the user has asked for is the better name of it.
    *asked = strcmp(type, "id") == 0 && request != NULL ? request : text;
    return is_image(prepared, text);
  }
  const char *text = option != NULL ? option : request != NULL ? request : getenv("SHIFTER");
  if (text == NULL || *text == 0) return false;
  const char *usual = prepared_next(prepared, "default-type", NULL);
  *asked = has_type(text) ? text : with_type(usual == NULL ? "docker" : usual, text);
  return is_image(prepared, *asked);
}

// Several are joined with `;`, as one option may hold them.
static const char *wanted_volumes(const struct given *volumes) {
  const char *text = variable("SHIFTER_VOLUME");
  size_t size = 1;
  if (volumes->count == 0) return text == NULL ? "" : text;
  for (size_t i = 0; i < volumes->count; i++) size += strlen(volumes->values[i]) + 1;
  char *joined = malloc(size), *at = joined;
  if (joined == NULL) die("not enough memory");
  for (size_t i = 0; i < volumes->count; i++) at += sprintf(at, "%s%s", i == 0 ? "" : ";", volumes->values[i]);
  return joined;
}

static bool modules_match(const struct prepared *prepared, const char *option) {
  const char *text = option != NULL ? option : variable("SHIFTER_MODULE");
  if (text == NULL) return prepared_next(prepared, "default-modules", NULL) != NULL;
  return prepared_has(prepared, "modules", strcasecmp(text, "none") == 0 ? "none" : text);
}

bool shifter_matches(const struct prepared *prepared, const struct shifter_options *options, const char **asked) {
  return image_matches(prepared, options->image, asked) && prepared_has(prepared, "volumes", wanted_volumes(&options->volumes)) &&
         modules_match(prepared, options->modules);
}
