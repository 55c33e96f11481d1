/* detail.c: what goes along with a status, shared and counted. */
#include "future.h"

#include <string.h>

wa__detail *wa__detail_new(int kind, const void *data, size_t size) {
  wa__detail *d = size < SIZE_MAX / 2 ? wa__alloc(sizeof *d + size + 1) : NULL;
  if (!d) return NULL;
  d->refs = 1;
  d->size = (uint32_t)size;
  d->kind = kind;
  if (size && data) memcpy(d->data, data, size);
  d->data[size] = 0;
  return d;
}

void wa__detail_release(wa__detail *d) {
  if (d && --d->refs == 0) wa__free(d, sizeof *d + d->size + 1);
}

wa__detail *wa__detail_text(int kind, const char *text) {
  size_t size = 0;
  while (text[size]) size++;
  return wa__detail_new(kind, text, size);
}

wa__detail *wa__reason(const char *text) {
  return text ? wa__detail_text(WA__REASON, text) : NULL;
}

size_t wa__detail_errors(const wa__detail *d, int *out, size_t max) {
  if (!d || d->kind != WA__ERRORS) return 0;
  size_t n = d->size / sizeof(int);
  if (out) memcpy(out, d->data, (n < max ? n : max) * sizeof(int));
  return n;
}

wa_data wa__detail_data(const wa__detail *d) {
  wa_data data = {0};
  if (!d || d->kind > WA_NUMBER) return data;
  data.type = (wa_type)d->kind;
  if (data.type == WA_NUMBER) {
    memcpy(&data.number, d->data, sizeof data.number);
  } else {
    data.data = d->data;
    data.size = d->size;
  }
  return data;
}
