// See spank-task.h. BERTH_TASK holds `shifter` and its options, with the character US (unit separator) between them. It is a
// variable of the user's, and all that it does happens with the user's rights.
#include "spank-task.h"

#include <limits.h>
#include <slurm/slurm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TEXT = 64 * 1024, MOST_WORDS = 128 };
static const char UNIT_SEPARATOR[] = "\x1f";

// A program that was installed with berth: beside it, or among its helpers.
static bool find_program(const char *name, char *path, size_t size) {
  static const char *const ways[] = {"", "../libexec/berth/"};
  const char *slash = strrchr(berth_spank_site.berth, '/');
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    int length =
        snprintf(path, size, "%.*s/%s%s", (int)(slash - berth_spank_site.berth), berth_spank_site.berth, ways[i], name);
    if (length > 0 && (size_t)length < size && access(path, X_OK) == 0) return true;
  }
  slurm_error("%s is not installed beside %s", name, berth_spank_site.berth);
  return false;
}

#if SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(23, 11, 0)

// Slurm has a call for this.
static int put_before(spank_t spank, char *words) {
  char path[PATH_MAX];
  const char *argv[MOST_WORDS];
  int count = 0;
  if (!find_program("shifter", path, sizeof path)) return -1;
  char *rest = NULL;
  strtok_r(words, UNIT_SEPARATOR, &rest);
  argv[count++] = path;
  for (char *word = strtok_r(NULL, UNIT_SEPARATOR, &rest); word != NULL; word = strtok_r(NULL, UNIT_SEPARATOR, &rest)) {
    if (count == MOST_WORDS) return -1;
    argv[count++] = word;
  }
  spank_unsetenv(spank, "BERTH_TASK");
  return spank_prepend_task_argv(spank, count, argv) == ESPANK_SUCCESS ? 0 : -1;
}

#else

// It has none: only the words that are there can be exchanged. So the first becomes berth-task, which is told by variables what
// to put before the others. This process is the task and calls exec next, hence nobody else sees the exchange.
static int put_before(spank_t spank, char *words) {
  static char shifter[PATH_MAX], task[PATH_MAX], all[MOST_TEXT + PATH_MAX];
  int count = 0;
  char **argv = NULL;
  if (!find_program("shifter", shifter, sizeof shifter) || !find_program("berth-task", task, sizeof task)) return -1;
  if (spank_get_item(spank, S_JOB_ARGV, &count, &argv) != ESPANK_SUCCESS || count < 1) return -1;
  const char *options = strchr(words, UNIT_SEPARATOR[0]);
  snprintf(all, sizeof all, "%s%s", shifter, options == NULL ? "" : options);
  if (spank_setenv(spank, "BERTH_TASK", all, 1) != ESPANK_SUCCESS) return -1;
  if (spank_setenv(spank, "BERTH_TASK_PROGRAM", argv[0], 1) != ESPANK_SUCCESS) return -1;
  argv[0] = task;
  return 0;
}

#endif

int berth_spank_into_container(spank_t spank, const struct spank_job *job) {
  static char words[MOST_TEXT];
  // The script of sbatch and the shell of salloc stay outside: it is their steps that go in.
  if (job->step == SLURM_BATCH_SCRIPT || job->step == SLURM_INTERACTIVE_STEP) return 0;
  if (spank_getenv(spank, "BERTH_TASK", words, sizeof words) != ESPANK_SUCCESS || words[0] == '\0') return 0;
  if (put_before(spank, words) == 0) return 0;
  slurm_error("the task cannot be run in its container");
  return -1;
}
