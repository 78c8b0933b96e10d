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
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inherit.h"
#include "say.h"
#include "sys.h"

static int outside = -1; // a socket to the process outside the PID namespace; reads end of file when that is gone

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

// Whoever joins an instance comes in by the process outside. It can be opened by its user, since nobody inside sees it, and
// stands where the child has come to: the child may have made a second user namespace.
static void follow(pid_t child, int channel) {
  char moved;
  say_also = -1;
  if (read(channel, &moved, 1) != 1) return; // it has ended, and said why
  if (moved) {
    int handle = (int)syscall(SYS_pidfd_open, child, 0);
    if (handle < 0 || setns(handle, CLONE_NEWUSER) < 0) die("cannot make the instance joinable: %s", strerror(errno));
    close(handle);
  }
  if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0 || write(channel, &moved, 1) != 1) die("cannot make the instance joinable: %s", strerror(errno));
}

static void go_on_in_child(bool joinable) {
  int ends[2];
  sigset_t set;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) die("cannot make a pair of sockets: %s", strerror(errno));
  pid_t child = fork_watched(&set);
  if (child == 0) {
    close(ends[1]);
    outside = ends[0];
    return;
  }
  // Only the pipe is kept: a descriptor of the image or of the plan would outlive its use.
  if (dup2(ends[1], 3) < 0 || syscall(SYS_close_range, 4u, ~0u, 0u) < 0 || chdir("/") < 0) die("cannot wait: %s", strerror(errno));
  if (joinable) follow(child, 3);
  else prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  end_as(wait_forwarding(child, &set));
}

void enter_pid_namespace(bool joinable) {
  if (unshare(CLONE_NEWPID) < 0) die("cannot make a PID namespace: %s", strerror(errno));
  go_on_in_child(joinable);
}

void enter_joined_pid_namespace(void) { go_on_in_child(false); }

void fetch_outside(bool moved) {
  char told = moved;
  if (write(outside, &told, 1) != 1 || read(outside, &told, 1) != 1) die("the process outside the instance has ended");
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

// Until the first signal; then until nothing of it runs any more.
__attribute__((noreturn)) static void last(const sigset_t *set) {
  for (bool told = false;;) {
    pid_t done;
    while ((done = waitpid(-1, NULL, WNOHANG)) > 0 || (done < 0 && errno == EINTR)) continue;
    if (told && done < 0) _exit(0);
    siginfo_t info;
    int number = sigwaitinfo(set, &info);
    if (number <= 0 || number == SIGCHLD) continue;
    told = true;
    kill(-1, number);
  }
}

void become_lasting_init(bool start, int announced) {
  sigset_t set;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // see become_init
  watched(&set);
  if (start && fork_watched(&set) == 0) return;
  sigprocmask(SIG_BLOCK, &set, NULL);
  close(announced);
  last(&set);
}
