// The last steps before the launcher is gone. exec's errors are few numbers for many causes, so the file is looked at again
// to say which it was.
#include "program.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binary.h"
#include "environment.h"
#include "hook.h"
#include "say.h"

static const char DEFAULT_PATH[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static char **environment;

// A text file without #! runs under the image's shell, as execvp and every shell have it.
static void exec_script(const struct plan *plan, const char *path) {
  size_t count = plan->times[OP_ARG];
  char **argv = calloc(count + 3, sizeof *argv);
  if (argv == NULL) return;
  argv[0] = (char[]){"/bin/sh"};
  argv[1] = (char *)(uintptr_t)path;
  for (size_t i = 1; i < count; i++) argv[i + 1] = plan->argv[i];
  execve("/bin/sh", argv, environment);
  free(argv);
  errno = ENOEXEC;
}

static void try_exec(const struct plan *plan, const char *path) {
  execve(path, plan->argv, environment);
  if (errno == ENOEXEC && !binary_is(path)) exec_script(plan, path);
}

__attribute__((noreturn)) static void explain(const struct plan *plan, const char *path, int reason) {
  struct stat about;
  char why[PATH_MAX + 128];
  bool exists = stat(path, &about) == 0, called = plan->first[OP_CALLED] != NULL;
  int status = called ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
  if (exists && reason == ENOENT && binary_explain_interpreter(path, why, sizeof why))
    die_with(EXIT_NOT_FOUND, "%s cannot start: %s", path, why);
  if (reason == ENOEXEC && binary_explain_machine(path, why, sizeof why)) die_with(status, "%s cannot start: %s", path, why);
  if (called) die_with(status, "%s: %s", plan->first[OP_EXEC]->text[0], say_reason(reason));
  if (reason == ENOENT || reason == ENOTDIR) die_with(EXIT_NOT_FOUND, "%s: not found in the container", path);
  if (exists && S_ISDIR(about.st_mode)) die_with(EXIT_NOT_EXECUTABLE, "%s is a directory in the container", path);
  if (reason == EACCES) die_with(EXIT_NOT_EXECUTABLE, "%s is not executable in the container: %s", path, say_reason(reason));
  const char *hint = reason == E2BIG ? " (arguments and environment together are too long)" : "";
  die_with(EXIT_NOT_EXECUTABLE, "%s cannot start: %s%s", path, say_reason(reason), hint);
}

// The first file of the PATH that was there and would not start.
struct refusal {
  char path[2 * PATH_MAX];
  int reason;
};

static void try_folder(const struct plan *plan, const char *folder, size_t length, struct refusal *first) {
  struct stat about;
  struct refusal here;
  const char *name = plan->first[OP_EXEC]->text[0];
  if (length >= PATH_MAX) return;
  if (length == 0) snprintf(here.path, sizeof here.path, "./%s", name); // an empty entry is the current directory
  else snprintf(here.path, sizeof here.path, "%.*s/%s", (int)length, folder, name);
  // A failed execve costs ten times this, and most folders do not have it.
  if (stat(here.path, &about) < 0 || S_ISDIR(about.st_mode)) return;
  try_exec(plan, here.path);
  here.reason = errno;
  if (*first->path == 0) *first = here;
}

__attribute__((noreturn)) static void become(const struct plan *plan) {
  const char *name = plan->first[OP_EXEC]->text[0], *path = environment_get(environment, "PATH");
  struct refusal first = {.path = ""};
  if (path == NULL) path = DEFAULT_PATH;
  if (strchr(name, '/') != NULL) {
    try_exec(plan, name);
    explain(plan, name, errno);
  }
  for (const char *at = path;; at++) {
    size_t length = strcspn(at, ":");
    try_folder(plan, at, length, &first);
    at += length;
    if (*at == 0) break;
  }
  if (*first.path != 0) explain(plan, first.path, first.reason);
  if (plan->first[OP_CALLED] != NULL) die_with(EXIT_NOT_FOUND, "%s: %s", name, say_reason(ENOENT));
  die_with(EXIT_NOT_FOUND, "\"%s\": not found in the container's PATH (%s)", name, path);
}

void program_start(const struct plan *plan) {
  environment = environment_make(plan);
  hooks_run(plan);
  become(plan);
}
