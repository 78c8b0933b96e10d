// What a caller may have left in a process it starts: dispositions, masks, holes among the first three descriptors.
#include "inherit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

void signals_reset(void) {
  // The kernel's own form: libc's sigaction refuses the two signals it keeps for itself, which may be ignored as well.
  char action[64] = {0}, none[8] = {0};
  for (long number = 1; number < 65; number++) syscall(SYS_rt_sigaction, number, action, NULL, sizeof none);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, none, NULL, sizeof none);
}

void stdio_fill(void) {
  for (int i = 0; i < 3; i++)
    if (fcntl(i, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) return;
}
