// The last steps before the launcher is gone. exec's errors are few numbers for many causes, so the file is looked at again
// to say which it was.
#include "payload.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binary.h"
#include "say.h"
#include "sys.h"

static const char DEFAULT_PATH[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static rlim_t limit(uint64_t value) { return value == PLAN_INFINITE ? RLIM_INFINITY : (rlim_t)value; }

void payload_expect_kept(const struct plan *plan) {
  for (size_t i = 0; i < plan->count; i++)
    if (plan->records[i].op == OP_KEEP_FD && fcntl((int)plan->records[i].value[0], F_GETFD) < 0)
      die("the descriptor %s is to be kept and is not open", plan->records[i].text[0]);
}

void payload_limits(const struct plan *plan) {
  for (size_t i = 0; i < plan->count; i++) {
    const struct record *record = &plan->records[i];
    if (record->op != OP_RLIMIT) continue;
    struct rlimit both = {limit(record->value[1]), limit(record->value[2])};
    // The plan's numbers of limits are the kernel's.
    if (syscall(SYS_prlimit64, 0, (int)record->value[0], &both, NULL) < 0)
      die("cannot set the limit %s to %s:%s: %s", record->text[0], record->text[1], record->text[2], strerror(errno));
  }
}

static void enter_directory(const struct plan *plan) {
  const char *tried = NULL;
  for (size_t i = 0; i < plan->count; i++) {
    if (plan->records[i].op != OP_CHDIR) continue;
    tried = plan->records[i].text[0];
    if (chdir(tried) == 0) return;
  }
  if (tried != NULL) die("cannot enter the directory %s in the container: %s", tried, strerror(errno));
}

static int by_number(const void *one, const void *other) {
  unsigned a = *(const unsigned *)one, b = *(const unsigned *)other;
  return (a > b) - (a < b);
}

static void close_others(const struct plan *plan) {
  size_t kept = 0;
  unsigned *keep = calloc(plan->times[OP_KEEP_FD] + 2, sizeof *keep);
  if (keep == NULL) die("not enough memory");
  for (size_t i = 0; i < plan->count; i++)
    if (plan->records[i].op == OP_KEEP_FD || plan->records[i].op == OP_INSTANCE) keep[kept++] = (unsigned)plan->records[i].value[0];
  qsort(keep, kept, sizeof *keep, by_number);
  unsigned from = 3;
  for (size_t i = 0; i < kept; i++) {
    if (keep[i] > from) syscall(SYS_close_range, from, keep[i] - 1, 0u);
    fcntl((int)keep[i], F_SETFD, (int)keep[i] == say_also ? FD_CLOEXEC : 0);
    from = keep[i] + 1;
  }
  if (syscall(SYS_close_range, from, ~0u, 0u) < 0) die("cannot close inherited descriptors: %s", strerror(errno));
  free(keep);
}

void payload_settle(const struct plan *plan, mode_t inherited) {
  const struct record *mask = plan->first[OP_UMASK];
  enter_directory(plan);
  umask(mask == NULL ? inherited : (mode_t)mask->value[0]);
  close_others(plan);
}

// A text file without #! runs under the image's shell, as execvp and every shell have it.
static void exec_script(const struct plan *plan, const char *path) {
  size_t count = plan->times[OP_ARG];
  char **argv = calloc(count + 3, sizeof *argv);
  if (argv == NULL) return;
  argv[0] = (char[]){"/bin/sh"};
  argv[1] = (char *)(uintptr_t)path;
  for (size_t i = 1; i < count; i++) argv[i + 1] = plan->argv[i];
  execve("/bin/sh", argv, plan->env);
  free(argv);
  errno = ENOEXEC;
}

static void try_exec(const struct plan *plan, const char *path) {
  execve(path, plan->argv, plan->env);
  if (errno == ENOEXEC && !binary_is(path)) exec_script(plan, path);
}

__attribute__((noreturn)) static void explain(const char *path, int reason) {
  struct stat about;
  char why[PATH_MAX + 128];
  bool exists = stat(path, &about) == 0;
  if (exists && reason == ENOENT && binary_explain_interpreter(path, why, sizeof why))
    die_with(EXIT_NOT_FOUND, "%s cannot start: %s", path, why);
  if (reason == ENOENT || reason == ENOTDIR) die_with(EXIT_NOT_FOUND, "%s: not found in the container", path);
  if (exists && S_ISDIR(about.st_mode)) die_with(EXIT_NOT_EXECUTABLE, "%s is a directory in the container", path);
  if (reason == ENOEXEC && binary_explain_machine(path, why, sizeof why)) die_with(EXIT_NOT_EXECUTABLE, "%s cannot start: %s", path, why);
  if (reason == EACCES) die_with(EXIT_NOT_EXECUTABLE, "%s is not executable in the container: %s", path, strerror(reason));
  const char *hint = reason == E2BIG ? " (arguments and environment together are too long)" : "";
  die_with(EXIT_NOT_EXECUTABLE, "%s cannot start: %s%s", path, strerror(reason), hint);
}

static const char *search_path(const struct plan *plan) {
  for (char **entry = plan->env; *entry != NULL; entry++)
    if (strncmp(*entry, "PATH=", 5) == 0) return *entry + 5;
  return DEFAULT_PATH;
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
  try_exec(plan, here.path);
  here.reason = errno;
  if (*first->path == 0 && stat(here.path, &about) == 0 && !S_ISDIR(about.st_mode)) *first = here;
}

void payload_exec(const struct plan *plan) {
  const char *name = plan->first[OP_EXEC]->text[0], *path = search_path(plan);
  struct refusal first = {.path = ""};
  if (strchr(name, '/') != NULL) {
    try_exec(plan, name);
    explain(name, errno);
  }
  for (const char *at = path;; at++) {
    size_t length = strcspn(at, ":");
    try_folder(plan, at, length, &first);
    at += length;
    if (*at == 0) break;
  }
  if (*first.path != 0) explain(first.path, first.reason);
  die_with(EXIT_NOT_FOUND, "\"%s\": not found in the container's PATH (%s)", name, path);
}
