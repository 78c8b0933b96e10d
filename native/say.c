// How the native programs speak. Messages quote names out of images and plans, so control characters never reach the
// terminal; a line goes out in one write, so that a hundred ranks failing at once stay legible.
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *say_program = "berth";
int say_also = -1;
int say_status = EXIT_LAUNCH;
int say_image_status;

__attribute__((format(printf, 2, 0))) static void say_list(int also, const char *format, va_list list) {
  char line[8192];
  int head = snprintf(line, sizeof line, "%s: ", say_program);
  size_t room = sizeof line - (size_t)head - 1;
  int body = vsnprintf(line + head, room, format, list);
  size_t length = (size_t)head + (body < 0 ? 0 : (size_t)body < room ? (size_t)body : room - 1);
  for (size_t i = 0; i < length; i++) {
    unsigned char here = (unsigned char)line[i], next = i + 1 < length ? (unsigned char)line[i + 1] : 0;
    // Terminals obey the characters from 80 to 9f as well, in UTF-8 two bytes.
    bool late = here == 0xc2 && next >= 0x80 && next < 0xa0;
    if (late) line[i + 1] = '?';
    if (late || here < ' ' || here == 127) line[i] = '?';
  }
  line[length++] = '\n';
  ssize_t heard = write(STDERR_FILENO, line, length);
  if (also >= 0) heard = write(also, line, length);
  (void)heard; // when nobody listens, the exit status still speaks
}

void say(const char *format, ...) {
  va_list list;
  va_start(list, format);
  say_list(-1, format, list);
  va_end(list);
}

void die_with(int status, const char *format, ...) {
  va_list list;
  va_start(list, format);
  say_list(say_also, format, list);
  va_end(list);
  _exit(status);
}

void die(const char *format, ...) {
  va_list list;
  va_start(list, format);
  say_list(say_also, format, list);
  va_end(list);
  _exit(say_status);
}

void die_in_image(const char *format, ...) {
  va_list list;
  va_start(list, format);
  say_list(say_also, format, list);
  va_end(list);
  _exit(say_image_status != 0 ? say_image_status : say_status);
}

const char *say_reason(int error) {
  switch (error) {
  case EIO: return "Input/output error";
  case ENOMEM: return "Cannot allocate memory";
  case EMFILE: return "Too many open files";
  case ENAMETOOLONG: return "File name too long";
  case ELOOP: return "Too many levels of symbolic links";
  default: return strerror(error);
  }
}
