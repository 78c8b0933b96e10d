// Programs that are started and waited for.
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

int child_wait(int pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) die("cannot wait for a process: %s", strerror(errno));
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int child_run(const char *program, const char *const *argv, int handle) {
  static const char *const variables[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL};
  pid_t parent = getpid(), pid = fork();
  if (pid < 0) die("cannot start %s: %s", program, strerror(errno));
  if (pid > 0) return child_wait(pid);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(128 + SIGKILL);
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fcntl(handle, F_SETFD, 0) < 0) die("cannot hand a descriptor over: %s", strerror(errno));
  if (dup2(nothing, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) die("cannot open /dev/null: %s", strerror(errno));
  execve(program, (char *const *)argv, (char *const *)variables);
  die("cannot start %s: %s", program, strerror(errno));
}
