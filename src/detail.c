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

/* Data: how many, they themselves, their words. */
wa__detail *wa__detail_of_errors(const wa__errors *e) {
  if (e->count > SIZE_MAX / 4 / sizeof(int)) return NULL;
  size_t list = e->count * sizeof(int);
  wa__detail *d = wa__detail_new(WA__ERRORS, NULL, sizeof(int) + list + e->words_size);
  if (!d) return NULL;
  *(uint32_t *)(void *)d->data = (uint32_t)e->count;
  char *rest = d->data + sizeof(int);
  if (list) memcpy(rest, e->list, list);
  if (e->words) memcpy(rest + list, e->words, e->words_size);
  else memset(rest + list, 0, e->words_size);
  return d;
}

wa__errors wa__detail_errors(const wa__detail *d) {
  if (!d || d->kind != WA__ERRORS) return (wa__errors){0};
  const int *list = (const int *)(const void *)(d->data + sizeof(int));
  size_t count = *(const uint32_t *)(const void *)d->data;
  return (wa__errors){list, count, (const char *)(list + count), d->size - (count + 1) * sizeof(int)};
}

size_t wa__errors_put(const wa__detail *d, int *out, size_t max) {
  wa__errors e = wa__detail_errors(d);
  if (out && e.count) memcpy(out, e.list, (e.count < max ? e.count : max) * sizeof(int));
  return e.count;
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
