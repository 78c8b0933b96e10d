// A hook is a child with nothing to read: what waits on standard input is for the program.
#include "hook.h"

#include <errno.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"
#include "sys.h"

// The shell's own word for a program that it cannot start.
enum { NOT_STARTED = 127 };

__attribute__((noreturn)) static void become_hook(const char *path, int dir, char *const environment[]) {
  char *argv[] = {(char[]){"/bin/sh"}, (char *)(uintptr_t)path, NULL};
  int ends[2];
  if (pipe(ends) < 0 || dup2(ends[0], 0) < 0 || syscall(SYS_close_range, 3u, ~0u, (unsigned)CLOSE_RANGE_CLOEXEC) < 0 || (dir >= 0 && fchdir(dir) < 0))
    die("cannot prepare the hook %s: %s", path, strerror(errno));
  execve("/bin/sh", argv, environment);
  say("/bin/sh: %s", strerror(errno));
  _exit(NOT_STARTED);
}

static void run(const char *path, int dir, char *const environment[]) {
  int status;
  pid_t launcher = getpid(), child = fork();
  if (child < 0) die("cannot start a process: %s", strerror(errno));
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != launcher) _exit(NOT_STARTED); // it had ended before
    become_hook(path, dir, environment);
  }
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) die("cannot wait for the hook %s: %s", path, strerror(errno));
  if (WIFSIGNALED(status)) die_with(EXIT_CALLED, "the hook %s was ended by signal %d", path, WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) die_with(EXIT_CALLED, "the hook %s failed with status %d", path, WEXITSTATUS(status));
}

// The image may be a stranger's, and the hook is not changed into it: by a link of the image it would write on the host, as root.
void hook_root(const char *path, int root) {
  char *environment[] = {(char[]){"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, NULL};
  if (sys_mount_setattr(root, 0, MOUNT_ATTR_NOSYMFOLLOW) < 0)
    die("cannot keep the hook %s from following links of the image: %s (it needs Linux 5.14)", path, strerror(errno));
  mode_t before = umask(022);
  run(path, root, environment);
  umask(before);
  if (sys_mount_clearattr(root, MOUNT_ATTR_NOSYMFOLLOW) < 0) die("cannot go on after the hook %s: %s", path, strerror(errno));
}

void hooks_run(const struct plan *plan) {
  char *environment[] = {NULL};
  for (size_t i = 0; i < plan->count; i++)
    if (plan->records[i].op == OP_HOOK) run(plan->records[i].text[0], -1, environment);
}
