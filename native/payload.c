// What the payload gets besides its root, identity and environment.
#include "payload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "sys.h"

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
    bool first = tried == NULL;
    tried = plan->records[i].text[0];
    if (chdir(tried) == 0) return;
    if (first && plan->first[OP_CHDIR_ELSE] != NULL) say("%s", plan->first[OP_CHDIR_ELSE]->text[0]);
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
