// berth-launch: carries out a launch plan and becomes the payload. docs/launch-plan.md is its specification.
//
// The plan is checked as a whole before anything is done. What the launcher makes is made inside namespaces of its own and
// unattached until it is complete, so that whenever it is killed nothing stays behind. It reads no environment.
#define SELF "berth-launch"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuse.h"
#include "identity.h"
#include "image.h"
#include "inherit.h"
#include "layer.h"
#include "mounts.h"
#include "payload.h"
#include "plan.h"
#include "pretend.h"
#include "say.h"
#include "sys.h"
#include "wait.h"

struct call {
  const char *path; // NULL: `handle` is open already
  int handle;
  bool once, check;
};

static const char USAGE[] = "usage: berth-launch [--once | --check] PLANFILE, or berth-launch [--check] --fd N";

static struct call parse_call(int argc, char **argv) {
  struct call call = {.handle = -1};
  for (int i = 1; i < argc; i++) {
    char *end = NULL;
    if (strcmp(argv[i], "--once") == 0) call.once = true;
    else if (strcmp(argv[i], "--check") == 0) call.check = true;
    else if (strcmp(argv[i], "--fd") == 0 && i + 1 < argc) {
      call.handle = (int)strtol(argv[++i], &end, 10);
      if (*argv[i] == 0 || *end != 0 || call.handle < 0) die("%s", USAGE);
    } else if (argv[i][0] != '-' && call.path == NULL) call.path = argv[i];
    else die("%s", USAGE);
  }
  if ((call.path == NULL) == (call.handle < 0) || (call.once && (call.check || call.path == NULL))) die("%s", USAGE);
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

__attribute__((noreturn)) static void launch(const struct plan *plan) {
  mode_t inherited = umask(0); // what the plan's modes say is what is made
  if (plan_choice(plan, OP_ROOT, ROOT_DIR) == ROOT_FUSE) fuse_prepare(plan);
  identity_enter(plan);
  // Mounts that the host makes later (automounted homes) come in; nothing goes out.
  if (sys_mount(NULL, "/", NULL, MS_REC | MS_SLAVE) < 0)
    die("cannot separate the mounts from the host's: %s (on Ubuntu 24.04 see sysctl kernel.apparmor_restrict_unprivileged_userns)",
        strerror(errno));
  mounts_prepare(plan);
  int image = image_open(plan);
  if (plan->namespaces & 1u << NS_PID) enter_pid_namespace();
  int root = layer_raise(plan, image);
  mounts_make(plan, root);
  identity_before_root_change(plan);
  root_change(root);
  payload_limits(plan);
  identity_drop(plan);
  pretend_begin(plan);
  die_with_outside();
  payload_settle(plan, inherited);
  if (plan->times[OP_INIT] > 0) become_init();
  payload_exec(plan);
}

int main(int argc, char **argv) {
  struct plan plan;
  char error[PLAN_ERROR_SIZE];
  size_t length;
  say_program = SELF;
  struct call call = parse_call(argc, argv);
  stdio_fill();
  const char *bytes = read_plan(open_plan(&call), &length);
  if (!plan_parse(bytes, length, &plan, error)) die("%s", error);
  if (call.check) return 0;
  signals_reset();
  launch(&plan);
}
