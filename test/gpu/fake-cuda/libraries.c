/* cuBLAS and cuDNN: handles that are something, and the few answers that are looked at. */
#include <stddef.h>

static long handle[64];

int cublasCreate_v2(void **created) { return *created = handle, 0; }
int cublasLtCreate(void **created) { return *created = handle, 0; }
const char *cublasGetStatusName(int status) { return "none"; }
const char *cublasGetStatusString(int status) { return "none"; }
int cudnnCreate(void **created) { return *created = handle, 0; }
size_t cudnnGetVersion(void) { return 92000; }
size_t cudnnGetCudartVersion(void) { return 13000; }
const char *cudnnGetErrorString(int status) { return "none"; }
void cudnnGetLastErrorString(char *text, size_t room) {
  if (room) *text = 0;
}
