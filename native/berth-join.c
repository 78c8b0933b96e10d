// berth-join: carries out a plan with `join`, in a running instance, and becomes the payload; or stops an instance. The
// launcher's rules hold here too (docs/launch-plan.md): checked as a whole first, nothing of the environment read.
#define SELF "berth-join"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "call.h"
#include "control-group.h"
#include "identity.h"
#include "inherit.h"
#include "join.h"
#include "payload.h"
#include "plan.h"
#include "pretend.h"
#include "program.h"
#include "say.h"
#include "stop.h"
#include "wait.h"

enum { EXIT_KILLED = 2, EXIT_NONE = 3 };

static long number(const char *text, long most) {
  char *end = NULL;
  errno = 0;
  long value = strtol(text, &end, 10);
  if (*text < '0' || *text > '9' || *end != 0 || errno != 0 || value > most) die("\"%.40s\" is not a number of at most %ld", text, most);
  return value;
}

// berth-join --stop SIGNAL MILLISECONDS PID START: 0 when it ended, 2 when it had to be killed, 3 when there is none.
static int stop(char **argv) {
  int process = process_open((pid_t)number(argv[4], INT32_MAX), (uint64_t)number(argv[5], INT64_MAX));
  if (process < 0) return EXIT_NONE;
  return process_stop(process, (int)number(argv[2], SIGRTMAX), number(argv[3], 24L * 3600 * 1000)) ? 0 : EXIT_KILLED;
}

__attribute__((noreturn)) static void join(const struct plan *plan) {
  const struct record *who = plan->first[OP_JOIN];
  payload_expect_kept(plan);
  mode_t inherited = umask(0);
  int process = process_open((pid_t)who->value[0], who->value[1]);
  if (process < 0) die("the instance has ended: its process %s is gone", who->text[0]);
  control_group_enter(plan);
  namespaces_join((pid_t)who->value[0], process);
  enter_joined_pid_namespace();
  payload_limits(plan);
  identity_drop(plan);
  pretend_begin(plan);
  die_with_outside();
  payload_settle(plan, inherited);
  program_start(plan);
}

int main(int argc, char **argv) {
  struct plan plan;
  say_program = SELF;
  if (argc == 6 && strcmp(argv[1], "--stop") == 0) {
    stdio_fill();
    return stop(argv);
  }
  if (!call_plan(argc, argv, &plan)) return 0;
  if (plan.first[OP_JOIN] == NULL) die("bad plan: it has no `join`, so it is for berth-launch");
  signals_reset();
  join(&plan);
}
