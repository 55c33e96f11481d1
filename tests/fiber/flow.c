/* Suspensions inside every kind of control flow, and inside calls that C makes through pointers. */
#include "../core/unit.h"

#include <stdlib.h>
#include <string.h>

static int loops(void *arg) {
  int sum = 0;
  for (int i = 0; i < 10; i++) {
    if (i == 2) continue;
    for (int k = 0;; k++) {
      if (k == 3) break;
      if (k == 1) {
        wa_yield();
        continue;
      }
      sum += i * k;
      if (i == 7 && k == 2) goto out;
      wa_sleep(WA_MS(k));
    }
    do sum++;
    while (wa_yield() == WA_OK && sum % 4);
  }
out:
  wa_yield();
  return sum + (int)(intptr_t)arg;
}

/* The same without any suspension is the judge. */
static int loops_straight(int arg) {
  int sum = 0;
  for (int i = 0; i < 10; i++) {
    if (i == 2) continue;
    for (int k = 0;; k++) {
      if (k == 3) break;
      if (k == 1) continue;
      sum += i * k;
      if (i == 7 && k == 2) goto out;
    }
    do sum++;
    while (sum % 4);
  }
out:
  return sum + arg;
}

TASK_TEST(flow_through_loops_with_breaks_and_gotos) {
  wa_task *tasks[20];
  for (int i = 0; i < 20; i++) tasks[i] = wa_spawn(loops, NUMBER(i));
  for (int i = 0; i < 20; i++) EXPECT_STATUS(finish(tasks[i]), loops_straight(i));
}

static int switches(void *arg) {
  int n = (int)(intptr_t)arg, result = 0;
  for (int i = 0; i < 12; i++) {
    switch ((i + n) % 6) {
      case 0: wa_yield(); /* fall through */
      case 1: result += 1; break;
      case 2: result += wa_yield() == WA_OK ? 10 : -1; break;
      case 3: {
        int local = i * 100;
        wa_sleep(WA_MS(1));
        result += local;
        continue;
      }
      case 4: result += 3;
      default: wa_yield(); result += 1000;
    }
    result ^= i;
  }
  return result;
}

static int switches_straight(int n) {
  int result = 0;
  for (int i = 0; i < 12; i++) {
    switch ((i + n) % 6) {
      case 0:
      case 1: result += 1; break;
      case 2: result += 10; break;
      case 3: result += i * 100; continue;
      case 4: result += 3; /* fall through */
      default: result += 1000;
    }
    result ^= i;
  }
  return result;
}

TASK_TEST(flow_through_switches) {
  wa_task *tasks[12];
  for (int i = 0; i < 12; i++) tasks[i] = wa_spawn(switches, NUMBER(i));
  for (int i = 0; i < 12; i++) EXPECT_STATUS(finish(tasks[i]), switches_straight(i));
}

static int yields(int value) {
  wa_yield();
  return value;
}

static int conditions(void *arg) {
  int n = (int)(intptr_t)arg;
  int a = n % 2 ? yields(5) : yields(6);
  int b = (yields(n) > 3 && yields(n) < 9) || yields(n) == 1;
  int c = yields(1) + yields(2) * yields(3) - (yields(n), 4);
  return a * 100 + b * 10 + c;
}

TASK_TEST(flow_through_conditions_and_expressions) {
  wa_task *tasks[12];
  for (int i = 0; i < 12; i++) tasks[i] = wa_spawn(conditions, NUMBER(i));
  for (int i = 0; i < 12; i++)
    EXPECT_STATUS(finish(tasks[i]), (i % 2 ? 500 : 600) + ((i > 3 && i < 9) || i == 1) * 10 + 3);
}

/* ---- through pointers -------------------------------------------------------------------------------------------- */

static int twice(int n) { return 2 * yields(n); }
static int plus_one(int n) { return yields(n) + 1; }
static int none(int n) { return n; }
static int (*volatile const table[])(int) = {twice, plus_one, none};

static int indirect(void *arg) {
  int n = (int)(intptr_t)arg;
  for (int i = 0; i < 9; i++) n = table[(i + n) % 3](n) % 1000;
  return n;
}

static int indirect_straight(int n) {
  for (int i = 0; i < 9; i++) {
    int k = (i + n) % 3;
    n = (k == 0 ? 2 * n : k == 1 ? n + 1 : n) % 1000;
  }
  return n;
}

TASK_TEST(flow_through_indirect_calls) {
  wa_task *tasks[30];
  for (int i = 0; i < 30; i++) tasks[i] = wa_spawn(indirect, NUMBER(i));
  for (int i = 0; i < 30; i++) EXPECT_STATUS(finish(tasks[i]), indirect_straight(i));
}

static int compares, sorting, most_sorting;
static int compare_slowly(const void *a, const void *b) {
  compares++;
  sorting++;
  if (sorting > most_sorting) most_sorting = sorting;
  wa_yield();
  sorting--;
  return *(const int *)a - *(const int *)b;
}

static int sorts(void *arg) {
  int numbers[20];
  unsigned state = (unsigned)(intptr_t)arg;
  for (int i = 0; i < 20; i++) numbers[i] = (int)((state = state * 1664525 + 1013904223) >> 20);
  qsort(numbers, 20, sizeof *numbers, compare_slowly);
  for (int i = 1; i < 20; i++)
    if (numbers[i - 1] > numbers[i]) return WA_EUSER - i;
  return WA_OK;
}

TASK_TEST(flow_through_the_comparators_of_many_qsorts_at_once) {
  wa_task *tasks[30];
  compares = sorting = most_sorting = 0;
  for (int i = 0; i < 30; i++) tasks[i] = wa_spawn(sorts, NUMBER(i));
  for (int i = 0; i < 30; i++) EXPECT_STATUS(finish(tasks[i]), WA_OK);
  EXPECT(compares > 30 * 19);
  EXPECT_INT(most_sorting, 30);
}

static int compare_keys(const void *key, const void *member) {
  wa_sleep(WA_MS(1));
  return *(const int *)key - *(const int *)member;
}

static int searches(void *arg) {
  int numbers[64], key = (int)(intptr_t)arg;
  for (int i = 0; i < 64; i++) numbers[i] = 2 * i;
  int *found = bsearch(&key, numbers, 64, sizeof *numbers, compare_keys);
  return key % 2 ? found == NULL : found == &numbers[key / 2];
}

TASK_TEST(flow_through_bsearch) {
  wa_task *tasks[20];
  for (int i = 0; i < 20; i++) tasks[i] = wa_spawn(searches, NUMBER(i));
  for (int i = 0; i < 20; i++) EXPECT_STATUS(finish(tasks[i]), 1);
}

/* ---- mutual recursion of a parser, as programs have it ----------------------------------------------------------- */

typedef struct parser {
  const char *at;
} parser;
static int sum_of(parser *p);

static char next(parser *p) {
  wa_yield(); /* a read of one character, say */
  return *p->at;
}

static int factor_of(parser *p) {
  if (next(p) == '(') {
    p->at++;
    int value = sum_of(p);
    p->at++;
    return value;
  }
  int value = 0;
  for (; next(p) >= '0' && *p->at <= '9'; p->at++) value = value * 10 + *p->at - '0';
  return value;
}

static int product_of(parser *p) {
  int value = factor_of(p);
  while (next(p) == '*') p->at++, value *= factor_of(p);
  return value;
}

static int sum_of(parser *p) {
  int value = product_of(p);
  for (char c; (c = next(p)) == '+' || c == '-';) {
    p->at++;
    int other = product_of(p);
    value = c == '+' ? value + other : value - other;
  }
  return value;
}

static int parses(void *text) {
  parser p = {text};
  return sum_of(&p);
}

TASK_TEST(flow_through_the_recursion_of_a_parser) {
  wa_task *a = wa_spawn(parses, "2*(3+4*(5-1))*(1+1)-((7))"), *b = wa_spawn(parses, "((((1+2)*3)+4)*5)+100*2");
  EXPECT_STATUS(finish(a), 69);
  EXPECT_STATUS(finish(b), 265);
}
