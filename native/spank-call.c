// The plugin's only way to act: see spank-call.h. The caller may be srun, sbatch or slurmstepd, with threads and habits of its
// own, so nothing of them may reach the child, and between fork and exec there are only calls that are safe there.
#include "spank-call.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "inherit.h"

static int64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void close_from(int first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
#endif
  long most = sysconf(_SC_OPEN_MAX);
  for (int i = first; i < (most > 0 && most < 65536 ? most : 65536); i++) close(i);
}

static _Noreturn void become(char *const argv[], char *const envp[], int in, int out, int err) {
  // A group of its own: what berth has started is ended with it.
  setpgid(0, 0);
  // Above 2 first: the pipes may have been given the numbers of closed standard streams.
  in = fcntl(in, F_DUPFD, 3);
  out = fcntl(out, F_DUPFD, 3);
  err = fcntl(err, F_DUPFD, 3);
  if (in < 0 || out < 0 || err < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(126);
  close_from(3);
  signals_reset();
  execve(argv[0], argv, envp);
  static const char words[] = "the program of berth cannot be executed: see the key berth= in plugstack.conf\n";
  if (write(2, words, sizeof words - 1) < 0) _exit(126);
  _exit(127);
}

// Takes what is there; false at the end of the stream.
static bool take(int file, char *text, size_t *length) {
  char dropped[4096];
  bool full = *length >= SPANK_TEXT - 1;
  ssize_t size = full ? read(file, dropped, sizeof dropped) : read(file, text + *length, SPANK_TEXT - 1 - *length);
  if (size < 0) return errno == EINTR || errno == EAGAIN;
  if (size > 0 && !full) *length += (size_t)size;
  return size > 0;
}

static bool listen_to(int out, int err, int64_t until, struct spank_answer *answer) {
  struct pollfd files[] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
  char *texts[] = {answer->out, answer->err};
  size_t lengths[] = {0, 0};
  while (files[0].fd >= 0 || files[1].fd >= 0) {
    int64_t left = until - now_ms();
    if (left <= 0) return false;
    if (poll(files, 2, (int)left) < 0) {
      if (errno != EINTR) return false;
      continue; // what it said last holds no more, and reading could wait for ever
    }
    for (int i = 0; i < 2; i++)
      if (files[i].fd >= 0 && files[i].revents != 0 && !take(files[i].fd, texts[i], &lengths[i])) files[i].fd = -1;
  }
  return true;
}

// The streams are closed, so the end is near; a process that closes them and stays is waited for as well.
static bool ended(pid_t child, int64_t until, int *status) {
  for (;;) {
    pid_t got = waitpid(child, status, WNOHANG);
    if (got == child) return true;
    if (got < 0 && errno != EINTR) return false;
    if (now_ms() >= until) return false;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
}

static int status_of(pid_t child, bool whole, int64_t until, struct spank_answer *answer) {
  int status = 0;
  if (!whole || !ended(child, until, &status)) {
    answer->late = true;
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0)
      if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int converse(char *const argv[], char *const envp[], unsigned seconds, struct spank_answer *answer) {
  int out[2], err[2], null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || pipe2(out, O_CLOEXEC) < 0) return -1;
  if (pipe2(err, O_CLOEXEC) < 0) return -1;
  int64_t until = now_ms() + (int64_t)seconds * 1000;
  pid_t child = fork();
  if (child == 0) become(argv, envp, null, out[1], err[1]);
  int why = errno;
  close(null);
  close(out[1]);
  close(err[1]);
  int status = -1;
  if (child > 0) status = status_of(child, listen_to(out[0], err[0], until, answer), until, answer);
  close(out[0]);
  close(err[0]);
  if (child < 0) errno = why;
  return status;
}

int berth_spank_call(char *const argv[], char *const envp[], unsigned seconds, struct spank_answer *answer) {
  memset(answer, 0, sizeof *answer);
  // Who ignores this signal, or waits for every child in its handler, would take our status away.
  struct sigaction usual = {.sa_handler = SIG_DFL}, before;
  bool changed = sigaction(SIGCHLD, &usual, &before) == 0;
  int status = converse(argv, envp, seconds, answer);
  int why = errno;
  if (changed) sigaction(SIGCHLD, &before, NULL);
  errno = why;
  return status;
}
