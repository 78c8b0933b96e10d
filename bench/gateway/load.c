/* Loads an HTTP server: requests from a file over many keep-alive connections, one at a time on each. On a machine of two
 * cores it must cost far less than what it measures, hence C.
 *
 * usage: load PORT CONNECTIONS RATE REQUESTS
 *
 * REQUESTS: a file of requests, each a length (4 bytes, big-endian) and its bytes. RATE: so many a second, spread evenly;
 * 0: the next as soon as a connection is free. With CONNECTIONS 0 every request opens a connection of its own.
 * Prints one line for each request: status (0: cut off or refused), nanoseconds from when it was due to its last byte; and
 * last the nanoseconds of the whole.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct request {
  const char *bytes;
  uint32_t length;
  int64_t due, done;
  int status;
};

struct connection {
  int file;
  int request; // -1: free
  size_t sent, seen, whole;
  int status;
  char head[1024];
};

static struct request *requests;
static struct connection *connections;
static int count, width, watch, finished;
static bool once;
static struct sockaddr_in address;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void load_requests(const char *path) {
  int file = open(path, O_RDONLY);
  struct stat about;
  if (file < 0 || fstat(file, &about) < 0) die(path);
  const char *data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  if (data == MAP_FAILED) die(path);
  for (off_t at = 0; at < about.st_size;) {
    if (count % 4096 == 0) requests = realloc(requests, sizeof *requests * (size_t)(count + 4096));
    uint32_t length;
    memcpy(&length, data + at, 4);
    length = ntohl(length);
    requests[count++] = (struct request){.bytes = data + at + 4, .length = length};
    at += 4 + (off_t)length;
  }
}

static bool open_connection(struct connection *connection) {
  int one = 1;
  connection->file = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (connection->file < 0) return false;
  setsockopt(connection->file, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(connection->file, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) return false;
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = connection};
  return epoll_ctl(watch, EPOLL_CTL_ADD, connection->file, &event) == 0;
}

static void finish(struct connection *connection, int status, int64_t at) {
  struct request *request = &requests[connection->request];
  request->status = status;
  request->done = at;
  connection->request = -1;
  finished++;
  if (!once) return;
  close(connection->file);
  connection->file = -1;
}

static void push(struct connection *connection) {
  struct request *request = &requests[connection->request];
  while (connection->sent < request->length) {
    ssize_t sent = send(connection->file, request->bytes + connection->sent, request->length - connection->sent, MSG_NOSIGNAL);
    if (sent < 0) return;
    connection->sent += (size_t)sent;
  }
}

static void start(struct connection *connection, int request) {
  connection->request = request;
  connection->sent = connection->seen = connection->whole = 0;
  if (once && !open_connection(connection)) return finish(connection, 0, now());
  push(connection);
}

static void look_at_head(struct connection *connection) {
  char *end = strstr(connection->head, "\r\n\r\n");
  char *length = strcasestr(connection->head, "content-length: ");
  if (end == NULL || length == NULL) return;
  connection->status = atoi(connection->head + 9);
  connection->whole = (size_t)(end + 4 - connection->head) + strtoul(length + 16, NULL, 10);
}

static void pull(struct connection *connection) {
  static char rest[65536];
  while (connection->request >= 0) {
    bool head = connection->whole == 0;
    char *into = head ? connection->head + connection->seen : rest;
    size_t room = head ? sizeof connection->head - 1 - connection->seen : sizeof rest;
    ssize_t got = recv(connection->file, into, room, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return finish(connection, 0, now());
    connection->seen += (size_t)got;
    if (head) {
      connection->head[connection->seen] = 0;
      look_at_head(connection);
    }
    if (connection->whole > 0 && connection->seen >= connection->whole) return finish(connection, connection->status, now());
  }
}

int main(int argc, char **argv) {
  if (argc != 5) return fputs("usage: load PORT CONNECTIONS RATE REQUESTS\n", stderr), 1;
  struct rlimit files = {65536, 65536};
  setrlimit(RLIMIT_NOFILE, &files);
  address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  load_requests(argv[4]);
  once = atoi(argv[2]) == 0;
  width = once ? count : atoi(argv[2]);
  double rate = atof(argv[3]);
  watch = epoll_create1(EPOLL_CLOEXEC);
  connections = calloc((size_t)width, sizeof *connections);
  if (connections == NULL || watch < 0) die("connections");
  for (int i = 0; i < width; i++) {
    connections[i].request = -1;
    if (!once && !open_connection(&connections[i])) die("connect");
  }
  // The connections of one server are made before it is measured.
  if (!once) usleep(300000);
  int64_t begin = now();
  for (int i = 0; i < count; i++) requests[i].due = rate > 0 ? begin + (int64_t)((double)i / rate * 1e9) : begin;
  int next = 0, at = 0;
  while (finished < count) {
    int64_t time = now();
    for (int tried = 0; next < count && tried < width && requests[next].due <= time; tried++, at = (at + 1) % width)
      if (connections[at].request < 0) {
        if (rate <= 0) requests[next].due = now();
        start(&connections[at], next++);
      }
    // Whoever spins takes a core from what is measured: a request may go a millisecond late.
    int64_t wait = next == count ? 100 : requests[next].due <= time ? 1 : 1 + (requests[next].due - time) / 1000000;
    struct epoll_event events[512];
    int ready = epoll_wait(watch, events, 512, wait > 100 ? 100 : (int)wait);
    for (int i = 0; i < ready; i++) {
      struct connection *connection = events[i].data.ptr;
      if (connection->request < 0) continue;
      if (events[i].events & EPOLLOUT) push(connection);
      if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) pull(connection);
      // Without a rate the next goes at once, on the connection that is free.
      if (connection->request < 0 && rate <= 0 && !once && next < count) {
        requests[next].due = now();
        start(connection, next++);
      }
    }
  }
  int64_t whole = now() - begin;
  for (int i = 0; i < count; i++) printf("%d %lld\n", requests[i].status, (long long)(requests[i].done - requests[i].due));
  printf("%lld\n", (long long)whole);
  return 0;
}
