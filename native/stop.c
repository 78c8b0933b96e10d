// Ends a process by its descriptor: no other that got its number meanwhile can be meant.
#include "stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

enum { KILLED_PATIENCE = 10000 }; // a killed process waits for its disk at most

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool ended(int process, long patience) {
  struct pollfd end = {.fd = process, .events = POLLIN};
  for (long until = milliseconds() + patience;;) {
    long rest = until - milliseconds();
    int got = poll(&end, 1, rest < 0 ? 0 : (int)rest);
    if (got > 0) return true;
    if (got == 0 && rest <= 0) return false;
  }
}

static void send(int process, int number) {
  if (syscall(SYS_pidfd_send_signal, process, number, NULL, 0) < 0 && errno != ESRCH)
    die("cannot send the signal %d: %s", number, strerror(errno));
}

bool process_stop(int process, int number, long patience) {
  send(process, number);
  if (ended(process, patience)) return true;
  send(process, SIGKILL);
  if (!ended(process, KILLED_PATIENCE)) die("it does not end though it was killed: it may wait for a disk or a network mount");
  return false;
}
