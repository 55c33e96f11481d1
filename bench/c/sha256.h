/* sha256.h: the compression function of FIPS 180-4; what the benches compute. */
#ifndef SHA256_H
#define SHA256_H

#include <stdint.h>

typedef struct sha256 {
  uint32_t state[8];
} sha256;

void sha256_init(sha256 *hash);
void sha256_block(sha256 *hash, const uint8_t *block); /* 64 bytes */

#endif
