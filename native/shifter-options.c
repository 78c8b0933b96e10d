// Options up to the first word that is none: values glued, with `=`, or apart. Long names are known in full only; what is
// shortened, wrong or rare is for berth-main to judge.
#include "shifter-options.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"

enum value { NONE, NEEDED, OPTIONAL };
enum what { NOTHING, IMAGE, VOLUME, SET, FROM_FILE, CLEAR, ENTRYPOINT, WORKDIR, MODULE };

struct form {
  const char *name;
  char letter;
  enum value value;
  enum what what;
};

static const struct form FORMS[] = {
    {"verbose", 'v', NONE, NOTHING},    {"n", 'n', NONE, NOTHING},           {"image", 'i', NEEDED, IMAGE},
    {"volume", 'V', NEEDED, VOLUME},    {"env", 'e', NEEDED, SET},           {"env-file", 0, NEEDED, FROM_FILE},
    {"clearenv", 'E', NONE, CLEAR},     {"entrypoint", 0, OPTIONAL, ENTRYPOINT}, {"entry", 0, OPTIONAL, ENTRYPOINT},
    {"workdir", 'w', OPTIONAL, WORKDIR}, {"module", 'm', NEEDED, MODULE},
};

static const struct form *form_named(const char *name, size_t length) {
  for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
    if (strlen(FORMS[i].name) == length && memcmp(FORMS[i].name, name, length) == 0) return &FORMS[i];
  return NULL;
}

static const struct form *form_lettered(char letter) {
  for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
    if (FORMS[i].letter != 0 && FORMS[i].letter == letter) return &FORMS[i];
  return NULL;
}

static bool add(struct given *given, const char *value) {
  given->values[given->count++] = value;
  return true;
}

static bool is_variable(const char *text) {
  const char *equals = strchr(text, '=');
  return equals != NULL && equals != text && equals[1] != 0;
}

// The last one counts; an empty value is as good as none.
static bool choose(const char *value, const char **chosen, bool *of_image) {
  *of_image = value == NULL || *value == 0;
  *chosen = *of_image ? NULL : value;
  return true;
}

static bool take(struct shifter_options *options, enum what what, const char *value) {
  switch (what) {
  case NOTHING: return true;
  case CLEAR: return options->clear = true;
  case IMAGE: return *(options->image = value) != 0;
  case MODULE: options->modules = value; return true;
  case VOLUME: return add(&options->volumes, value);
  case SET: return is_variable(value) && add(&options->set, value);
  case FROM_FILE: return *value != 0 && add(&options->files, value);
  case ENTRYPOINT: return choose(value, &options->entrypoint, &options->image_entrypoint);
  case WORKDIR: return choose(value, &options->workdir, &options->image_workdir);
  }
  return false;
}

// The next word, where the value of an option stands apart.
static bool take_next(struct shifter_options *options, const struct form *form, const char *value, char ***at) {
  if (value == NULL && form->value == NEEDED && (value = *++*at) == NULL) return false;
  return take(options, form->what, value);
}

static bool read_long(struct shifter_options *options, char ***at) {
  const char *name = **at + 2, *equals = strchr(name, '=');
  const struct form *form = form_named(name, strcspn(name, "="));
  if (form == NULL || (equals != NULL && form->value == NONE)) return false;
  return take_next(options, form, equals == NULL ? NULL : equals + 1, at);
}

static bool read_short(struct shifter_options *options, char ***at) {
  for (const char *letter = **at + 1; *letter != 0; letter++) {
    const struct form *form = form_lettered(*letter);
    if (form == NULL) return false;
    if (form->value != NONE) return take_next(options, form, letter[1] == 0 ? NULL : letter + 1, at);
    if (!take(options, form->what, NULL)) return false;
  }
  return true;
}

bool shifter_options_read(int argc, char **argv, struct shifter_options *options) {
  const char **room = calloc(3 * (size_t)argc + 3, sizeof *room);
  if (room == NULL) die("not enough memory");
  *options = (struct shifter_options){.volumes = {room, 0}, .set = {room + argc + 1, 0}, .files = {room + 2 * ((size_t)argc + 1), 0}};
  char **at = argv + 1;
  for (; *at != NULL && **at == '-' && (*at)[1] != 0; at++) {
    if (strcmp(*at, "--") == 0) {
      at++;
      break;
    }
    if (!((*at)[1] == '-' ? read_long(options, &at) : read_short(options, &at))) return false;
  }
  options->words = at;
  return true;
}
