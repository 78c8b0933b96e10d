// What a caller may have left in a process it starts.
#ifndef BERTH_INHERIT_H
#define BERTH_INHERIT_H

// Gives every signal its default action and unblocks all: a parent's habits (a JavaScript runtime ignores SIGPIPE) are not ours.
void signals_reset(void);

// Opens /dev/null where standard input, output or error is closed: the next file opened must not be taken for it.
void stdio_fill(void);

#endif
