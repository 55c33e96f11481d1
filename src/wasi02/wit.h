/* wit.h: what of WASI 0.2 wasi02.c calls, as sockets.wit declares it and the canonical ABI lays it out. */
#ifndef WA_WIT_H
#define WA_WIT_H

#include <stddef.h>
#include <stdint.h>

#define WIT(interface, name) __attribute__((import_module("wasi:" interface "@0.2.0"), import_name(name)))
#define METHOD(interface, resource, name) WIT(interface, "[method]" resource "." name)
#define DROP(interface, resource) WIT(interface, "[resource-drop]" resource)

/* What a call leaves behind its pointer: 0 or 1 (an error), and a payload. */
typedef struct result {
  uint8_t failed;
  uint32_t a, b, c; /* an error's number is the first byte of a */
} result;
typedef struct result64 {
  uint8_t failed;
  uint64_t value;
} result64;
typedef struct list { uint32_t *items, count; } list;

METHOD("io/streams", "input-stream", "read") void in_read(uint32_t self, uint64_t size, result *out);
METHOD("io/streams", "input-stream", "subscribe") uint32_t in_subscribe(uint32_t self);
METHOD("io/streams", "output-stream", "check-write") void out_check(uint32_t self, result64 *out);
METHOD("io/streams", "output-stream", "write")
void out_write(uint32_t self, const void *data, size_t size, result *out);
METHOD("io/streams", "output-stream", "subscribe") uint32_t out_subscribe(uint32_t self);
DROP("io/streams", "input-stream") void in_drop(uint32_t self);
DROP("io/streams", "output-stream") void out_drop(uint32_t self);
DROP("io/error", "error") void error_drop(uint32_t self);
WIT("io/poll", "poll") void poll_all(const uint32_t *pollables, size_t count, list *ready);
DROP("io/poll", "pollable") void pollable_drop(uint32_t self);
WIT("clocks/monotonic-clock", "subscribe-duration") uint32_t clock_subscribe(uint64_t ns);
WIT("cli/stdin", "get-stdin") uint32_t get_stdin(void);
WIT("sockets/instance-network", "instance-network") uint32_t instance_network(void);
WIT("sockets/tcp-create-socket", "create-tcp-socket") void tcp_create(uint32_t family, result *out);
METHOD("sockets/tcp", "tcp-socket", "start-bind")
void tcp_start_bind(uint32_t self, uint32_t network, uint32_t ipv6, uint32_t port, uint32_t a, uint32_t b, uint32_t c,
                    uint32_t d, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, result *out);
METHOD("sockets/tcp", "tcp-socket", "finish-bind") void tcp_finish_bind(uint32_t self, result *out);
METHOD("sockets/tcp", "tcp-socket", "start-listen") void tcp_start_listen(uint32_t self, result *out);
METHOD("sockets/tcp", "tcp-socket", "finish-listen") void tcp_finish_listen(uint32_t self, result *out);
METHOD("sockets/tcp", "tcp-socket", "set-listen-backlog-size")
void tcp_backlog(uint32_t self, uint64_t n, result *out);
METHOD("sockets/tcp", "tcp-socket", "send-buffer-size") void tcp_send_buffer(uint32_t self, result64 *out);
METHOD("sockets/tcp", "tcp-socket", "set-send-buffer-size")
void tcp_set_send_buffer(uint32_t self, uint64_t n, result *out);
METHOD("sockets/tcp", "tcp-socket", "accept") void tcp_accept(uint32_t self, result *out);
METHOD("sockets/tcp", "tcp-socket", "subscribe") uint32_t tcp_subscribe(uint32_t self);
METHOD("sockets/tcp", "tcp-socket", "shutdown") void tcp_shutdown(uint32_t self, uint32_t how, result *out);
DROP("sockets/tcp", "tcp-socket") void tcp_drop(uint32_t self);

#endif
