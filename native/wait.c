// Waiting for a payload that could not replace this process. Everything stays in the caller's process group and session, so
// a terminal's ctrl-C and ctrl-Z reach all of it as if there were one process; only signals meant for the launcher alone are
// forwarded.
//
// The waiting process is the host's berth-launch seen by the payload: it is not dumpable, so that nothing in the container,
// whatever its capabilities there, may open its /proc/PID/exe for writing (CVE-2019-5736) or trace it.
#include "wait.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inherit.h"
#include "say.h"
#include "sys.h"

static int outside = -1; // reads end of file when the process outside the PID namespace is gone

// Stops and continuations are left to their default: the shell then sees the whole job stop.
static void watched(sigset_t *set) {
  static const int LEFT[] = {SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
  sigfillset(set);
  for (size_t i = 0; i < sizeof LEFT / sizeof *LEFT; i++) sigdelset(set, LEFT[i]);
}

// The terminal sends its signals to the whole process group: the payload has had them already.
static bool from_terminal(const siginfo_t *info) { return info->si_code == SI_KERNEL; }

// Reaps until `child` itself has ended; false while it lives.
static bool reap(pid_t child, int *status) {
  for (;;) {
    int one;
    pid_t done = waitpid(-1, &one, WNOHANG);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    if (done != child) continue;
    *status = one;
    return true;
  }
}

static int wait_forwarding(pid_t child, const sigset_t *set) {
  int status;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  while (!reap(child, &status)) {
    siginfo_t info;
    int number = sigwaitinfo(set, &info);
    if (number > 0 && number != SIGCHLD && !from_terminal(&info)) kill(child, number);
  }
  return status;
}

__attribute__((noreturn)) static void end_as(int status) {
  if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
  int number = WTERMSIG(status);
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); // the payload has left its own
  signals_reset();
  kill(getpid(), number);
  _exit(128 + number); // a PID 1 cannot be killed by its own signal
}

static pid_t fork_watched(sigset_t *set) {
  watched(set);
  sigprocmask(SIG_BLOCK, set, NULL);
  pid_t child = fork();
  if (child < 0) die("cannot start a process: %s", strerror(errno));
  if (child == 0) signals_reset();
  return child;
}

void enter_pid_namespace(void) {
  int ends[2];
  sigset_t set;
  if (pipe2(ends, O_CLOEXEC) < 0) die("cannot make a pipe: %s", strerror(errno));
  if (unshare(CLONE_NEWPID) < 0) die("cannot make a PID namespace: %s", strerror(errno));
  pid_t child = fork_watched(&set);
  if (child == 0) {
    close(ends[1]);
    outside = ends[0];
    return;
  }
  // Only the pipe is kept: a descriptor of the image or of the plan would outlive its use.
  if (dup2(ends[1], 3) < 0 || syscall(SYS_close_range, 4u, ~0u, 0u) < 0 || chdir("/") < 0) die("cannot wait: %s", strerror(errno));
  end_as(wait_forwarding(child, &set));
}

void die_with_outside(void) {
  if (outside < 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  struct pollfd ended = {.fd = outside, .events = POLLIN};
  if (poll(&ended, 1, 0) != 0) _exit(EXIT_LAUNCH); // it died before the line above
  close(outside);
  outside = -1;
}

void become_init(void) {
  sigset_t set;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // before the payload exists; its own exec undoes it for itself
  pid_t child = fork_watched(&set);
  if (child == 0) return;
  end_as(wait_forwarding(child, &set));
}
