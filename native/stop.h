// Ending a process that was found beyond doubt.
#ifndef BERTH_STOP_H
#define BERTH_STOP_H

#include <stdbool.h>

// Sends the signal and waits until the process has ended; kills it when that takes longer than so many milliseconds.
// True when it ended by itself. Dies when it cannot be sent anything.
bool process_stop(int process, int signal, long patience);

#endif
