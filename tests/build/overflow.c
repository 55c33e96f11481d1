/* Uses 100 KB of the stack that main runs on, and no task's: more than the 64 KB that it has. Ends with 1 if that
 * overwrote data. */
static volatile char data[300000];

__attribute__((noinline)) static int recurse(int n, volatile char *above) {
  volatile char frame[1000];
  frame[n] = above ? above[n + 1] : 1;
  return n ? recurse(n - 1, frame) + frame[n] : frame[n];
}

int main(void) {
  recurse(100, 0);
  for (int i = 0; i < (int)sizeof data; i++) {
    if (data[i]) return 1;
  }
  return 0;
}
