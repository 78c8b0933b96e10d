// The arguments of a program that carries out a plan, and the reading of the plan. Knows nothing of what it says.
#include "call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inherit.h"
#include "say.h"

struct call {
  const char *path; // NULL: `handle` is open already
  int handle;
  bool once, check;
};

__attribute__((noreturn)) static void usage(void) {
  die("usage: %s [--once | --check] PLANFILE, or %s [--check] --fd N", say_program, say_program);
}

static struct call parse_call(int argc, char **argv) {
  struct call call = {.handle = -1};
  for (int i = 1; i < argc; i++) {
    char *end = NULL;
    if (strcmp(argv[i], "--once") == 0) call.once = true;
    else if (strcmp(argv[i], "--check") == 0) call.check = true;
    else if (strcmp(argv[i], "--fd") == 0 && i + 1 < argc) {
      call.handle = (int)strtol(argv[++i], &end, 10);
      if (*argv[i] == 0 || *end != 0 || call.handle < 0) usage();
    } else if (argv[i][0] != '-' && call.path == NULL) call.path = argv[i];
    else usage();
  }
  if ((call.path == NULL) == (call.handle < 0) || (call.once && (call.check || call.path == NULL))) usage();
  return call;
}

static int open_plan(const struct call *call) {
  if (call->path == NULL) return call->handle;
  int handle = open(call->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (handle < 0) die("cannot open the plan %s: %s", call->path, strerror(errno));
  if (call->once && unlink(call->path) < 0) die("cannot remove the plan %s: %s", call->path, strerror(errno));
  return handle;
}

static char *read_plan(int handle, size_t *length) {
  struct stat about;
  bool sized = fstat(handle, &about) == 0 && S_ISREG(about.st_mode) && about.st_size < PLAN_MAX_BYTES;
  size_t room = (sized ? (size_t)about.st_size : PLAN_MAX_BYTES) + 1;
  char *bytes = malloc(room);
  if (bytes == NULL) die("not enough memory to read the plan");
  ssize_t got;
  for (*length = 0; *length < room; *length += (size_t)got) {
    got = read(handle, bytes + *length, room - *length);
    if (got < 0 && errno == EINTR) got = 0;
    else if (got < 0) die("cannot read the plan: %s", strerror(errno));
    else if (got == 0) break;
  }
  close(handle);
  stdio_fill(); // the plan may have come by standard input
  return bytes;
}

void call_accept(const char *bytes, size_t length, struct plan *plan) {
  char error[PLAN_ERROR_SIZE];
  if (!plan_parse(bytes, length, plan, error)) die("%s", error);
  if (plan->first[OP_CALLED] == NULL) return;
  say_program = plan->first[OP_CALLED]->text[0];
  say_status = EXIT_CALLED;
}

bool call_plan(int argc, char **argv, struct plan *plan) {
  size_t length;
  struct call call = parse_call(argc, argv);
  stdio_fill();
  const char *bytes = read_plan(open_plan(&call), &length);
  call_accept(bytes, length, plan);
  return !call.check;
}
