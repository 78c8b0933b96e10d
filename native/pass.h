// A descriptor that goes from one process to another through a socket.
#ifndef BERTH_PASS_H
#define BERTH_PASS_H

#include <stdbool.h>

// Sends it; false when nobody is there to receive it.
bool pass_send(int socket, int descriptor);

// Waits for one; -1 when the other side has ended instead.
int pass_receive(int socket);

// Moves a descriptor out of the way of 0 to 9, close-on-exec. Dies when there is none to move.
int pass_above(int descriptor);

#endif
