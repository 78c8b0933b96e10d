// See spank-options.h.
#include "spank-options.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spank-site.h"

char *berth_spank_words[SPANK_MOST_WORDS];
size_t berth_spank_word_count;

enum kind { RENAMED, CCM, PYXIS };
enum argument { NONE, NEEDED, OPTIONAL };

struct choice {
  const char *name, *info, *usage;
  enum argument argument;
  enum kind kind;
};

static const struct choice CHOICES[] = {
    {"image", "[TYPE:]IMAGE", "image in which `shifter` runs programs of the job", NEEDED, RENAMED},
    {"volume", "FROM:TO[:FLAG]", "directory or file for the container (repeat, or join with ;)", NEEDED, RENAMED},
    {"module", "NAME[,NAME...]", "the site's modules for the container, or none", NEEDED, RENAMED},
    {"entrypoint", "PROGRAM", "run the tasks in the image, by its entrypoint or this program", OPTIONAL, RENAMED},
    {"env-file", "PATH", "variables for tasks that run in the image (repeat)", NEEDED, RENAMED},
    {"ccm", NULL, "run the tasks in the node's own files as the site dresses them", NONE, CCM},
    {"container-image", "IMAGE", "run the tasks in this image", NEEDED, PYXIS},
    {"container-mounts", "FROM:TO[:FLAGS][,...]", "directories or files for the container", NEEDED, PYXIS},
    {"container-workdir", "PATH", "working directory in the container", NEEDED, PYXIS},
    {"container-env", "NAME[,NAME...]", "variables in which the job counts more than the image", NEEDED, PYXIS},
    {"container-entrypoint", NULL, "run the tasks by the image's entrypoint", NONE, PYXIS},
    {"no-container-entrypoint", NULL, "do not (the default)", NONE, PYXIS},
    {"container-writable", NULL, "a task may change the container's files, which are gone when it ends", NONE, PYXIS},
    {"container-readonly", NULL, "it may not (the default)", NONE, PYXIS},
    {"container-mount-home", NULL, "show the home directory in the container", NONE, PYXIS},
    {"no-container-mount-home", NULL, "do not, unless the site does", NONE, PYXIS},
    {"container-name", "NAME", "refused: a container ends with its task", NEEDED, PYXIS},
    {"container-save", "PATH", "refused: an image is built, not saved", NEEDED, PYXIS},
    {"container-remap-root", NULL, "refused: tasks run as yourself", NONE, PYXIS},
    {"no-container-remap-root", NULL, "run the tasks as yourself (the default)", NONE, PYXIS},
};
enum { CHOICE_COUNT = sizeof CHOICES / sizeof *CHOICES };

static const char *prefix_of(const struct choice *choice) {
  return choice->kind == RENAMED && berth_spank_site.long_options ? "shifter." : "";
}

// Slurm calls this for an option in every process of the job; only where it was typed it is news.
static int remember(int which, const char *value, int remote) {
  if (remote) return 0;
  const char *name = CHOICES[which].name;
  if (berth_spank_word_count == SPANK_MOST_WORDS) {
    slurm_error("--%s: too many options", name);
    return -1;
  }
  char *word = NULL;
  int length = value == NULL ? asprintf(&word, "--%s", name) : asprintf(&word, "--%s=%s", name, value);
  if (length < 0) return -1;
  berth_spank_words[berth_spank_word_count++] = word;
  return 0;
}

static void offer(spank_t spank, int which) {
  const struct choice *choice = &CHOICES[which];
  char name[SPANK_OPTION_MAXLEN];
  snprintf(name, sizeof name, "%s%s", prefix_of(choice), choice->name);
  // Slurm copies the texts and changes none of them.
  struct spank_option option = {.name = name,
                                .arginfo = (char *)(uintptr_t)choice->info,
                                .usage = (char *)(uintptr_t)choice->usage,
                                .has_arg = (int)choice->argument,
                                .val = which,
                                .cb = remember};
  if (spank_option_register(spank, &option) != ESPANK_SUCCESS)
    slurm_error("spank_berth: --%s cannot be offered: does another plugin offer it?", name);
}

void berth_spank_offer_options(spank_t spank) {
  for (int i = 0; i < CHOICE_COUNT; i++) {
    if (CHOICES[i].kind == CCM && !berth_spank_site.ccm) continue;
    if (CHOICES[i].kind == PYXIS && !berth_spank_site.container_options) continue;
    offer(spank, i);
  }
}

void berth_spank_forget_options(spank_t spank) {
  for (int i = 0; i < CHOICE_COUNT; i++) {
    char name[256];
    snprintf(name, sizeof name, "_SLURM_SPANK_OPTION_shifter_%s%s", prefix_of(&CHOICES[i]), CHOICES[i].name);
    for (char *at = name; *at != '\0'; at++)
      if (*at == '-' || *at == '.') *at = '_';
    spank_job_control_unsetenv(spank, name);
    unsetenv(name);
  }
}
