// The words come through a file in memory that the child opens by name: whatever descriptors its runtime closes, that remains.
#include "handover.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "front.h"
#include "say.h"

#define MARK "BERTH_HANDOVER"
#define MAX_WORDS 4096

enum { MAX_BYTES = 1 << 20 };

int handover_descriptor(void) {
  const char *text = getenv("PMI_FD");
  char *end = NULL;
  if (text == NULL || *text < '0' || *text > '9') return -1;
  errno = 0;
  long number = strtol(text, &end, 10);
  if (errno != 0 || *end != 0 || number < 3 || number > INT_MAX) return -1;
  return fcntl((int)number, F_GETFD) < 0 ? -1 : (int)number;
}

static pid_t start(const char *program, char *const argv[], int file) {
  char self[32], place[64];
  // The number that this /proc knows: it may be of another pid namespace.
  ssize_t length = readlink("/proc/self", self, sizeof self - 1);
  if (length < 0) die("/proc/self cannot be read: is /proc mounted?");
  self[length] = 0;
  snprintf(place, sizeof place, "/proc/%s/fd/%d", self, file);
  pid_t parent = getpid(), child = fork();
  if (child < 0) die("cannot start %s: %s", program, strerror(errno));
  if (child > 0) return child;
  if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent) _exit(EXIT_LAUNCH);
  if (setenv(MARK, place, 1) < 0) die("not enough memory");
  front_become(program, argv, environ);
}

// A key that the user presses reaches both: the child cleans up, and this process waits for it.
static int status_of(pid_t child) {
  int status;
  struct sigaction ignored = {.sa_handler = SIG_IGN}, interrupt, quit;
  sigaction(SIGINT, &ignored, &interrupt);
  sigaction(SIGQUIT, &ignored, &quit);
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) die("cannot wait for a part of berth: %s", strerror(errno));
  sigaction(SIGINT, &interrupt, NULL);
  sigaction(SIGQUIT, &quit, NULL);
  return status;
}

// Ends as the child did; a signal's core, if any, is the child's.
__attribute__((noreturn)) static void end_as(int status) {
  if (WIFSIGNALED(status)) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
  }
  exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_LAUNCH);
}

// Program, words, an empty word, variables; each ended by a NUL.
__attribute__((noreturn)) static void become_what(char *bytes, char *end) {
  char **words = calloc(MAX_WORDS + 2, sizeof *words), **variables = NULL;
  size_t count = 0;
  if (words == NULL) die("not enough memory");
  char *program = bytes;
  for (char *at = program + strlen(program) + 1; at < end; at += strlen(at) + 1) {
    if (count == MAX_WORDS) die("a part of berth named too many words");
    if (*at == 0 && variables == NULL) variables = words + count + 1;
    words[count++] = *at == 0 ? NULL : at;
  }
  if (variables == NULL || variables == words + 1) die("a part of berth did not say what to start");
  execve(program, words, variables);
  die("cannot start %s: %s", program, strerror(errno));
}

void handover(const char *program, char *const argv[]) {
  int file = memfd_create("handover", MFD_CLOEXEC);
  if (file < 0) die("cannot make a file in memory: %s", strerror(errno));
  int status = status_of(start(program, argv, file));
  char *bytes = malloc(MAX_BYTES + 2);
  if (bytes == NULL) die("not enough memory");
  ssize_t length = pread(file, bytes, MAX_BYTES + 1, 0);
  if (status != 0 || length <= 0) end_as(status);
  if (length > MAX_BYTES) die("a part of berth named too many words");
  bytes[length] = 0;
  become_what(bytes, bytes + length);
}
