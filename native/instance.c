// The talk with the starter of an instance (docs/launch-plan.md, "Instances"). The descriptor is closed by the payload's exec: end
// of file right behind `begin` means that the payload runs. Anything else, a line or an end before it, means that it does not.
#include "instance.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

void instance_open(const struct plan *plan) {
  int handle = (int)plan->first[OP_INSTANCE]->value[0];
  if (fcntl(handle, F_SETFD, FD_CLOEXEC) < 0) die("the descriptor %d of the instance is not open", handle);
  say_also = handle;
}

void instance_announce(void) {
  char leave;
  ssize_t got;
  signal(SIGPIPE, SIG_IGN); // a starter that died is a failure like others
  bool told = write(say_also, "ready\n", 6) == 6;
  do got = told ? read(say_also, &leave, 1) : 0;
  while (got < 0 && errno == EINTR);
  signal(SIGPIPE, SIG_DFL);
  if (got != 1) _exit(EXIT_LAUNCH); // nobody would know of the instance
}

void instance_begin(void) {
  if (write(say_also, "begin\n", 6) != 6) _exit(EXIT_LAUNCH);
}
