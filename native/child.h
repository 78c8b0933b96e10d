// Programs that are started and waited for.
#ifndef BERTH_CHILD_H
#define BERTH_CHILD_H

// Runs a program that inherits this descriptor too, with nothing to read and what it prints on standard error. It ends when
// this process does. Returns its exit status, or 128 and the signal that ended it.
int child_run(const char *program, const char *const *argv, int handle);

// Waits for a process and returns its status in the same form.
int child_wait(int pid);

#endif
