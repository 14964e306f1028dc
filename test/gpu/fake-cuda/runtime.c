/* The part of CUDA's runtime that onnxruntime's provider needs an answer from when a session opens: one card, whose
   memory is this process's. Nothing is computed: kernels are taken and not run. */
#define _GNU_SOURCE
/* By the runtime's own ABI; its header wants a C++ compiler for it. */
struct grid {
  unsigned x, y, z;
};
#include <cuda_runtime_api.h>
#include <stdlib.h>
#include <string.h>

/* What every call for a device answers: 35, the driver is too old; 100, there is no card. */
#ifndef DEVICE_ERROR
#define DEVICE_ERROR 0
#endif
/* The compute capability. Under 75 there is no kernel for it, as in the provider. */
#ifndef CAPABILITY
#define CAPABILITY 86
#endif
#define KERNEL_ERROR (CAPABILITY < 75 ? cudaErrorNoKernelImageForDevice : 0)

/* Two cards, and which of them is not there, as nvidia-smi counts. A process sees the one that its
   environment leaves it; without an order CUDA counts them the other way round. */
#ifdef BROKEN_OF_TWO
static int device_error(void) {
  const char *visible = getenv("CUDA_VISIBLE_DEVICES"), *order = getenv("CUDA_DEVICE_ORDER");
  int first = visible ? atoi(visible) : 0;
  int card = order && !strcmp(order, "PCI_BUS_ID") ? first : 1 - first;
  return card == BROKEN_OF_TWO ? 100 : 0;
}
#undef DEVICE_ERROR
#define DEVICE_ERROR device_error()
#endif

static const size_t MEMORY = (size_t)24 << 30;
static long handle[64];

cudaError_t cudaGetDeviceCount(int *count) {
  *count = DEVICE_ERROR ? 0 : 1;
  return DEVICE_ERROR;
}
cudaError_t cudaGetDevice(int *device) {
  *device = 0;
  return DEVICE_ERROR;
}
cudaError_t cudaSetDevice(int device) { return DEVICE_ERROR; }

cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *card, int device) {
  memset(card, 0, sizeof *card);
  strcpy(card->name, "Fake card");
  card->totalGlobalMem = MEMORY;
  card->major = CAPABILITY / 10;
  card->minor = CAPABILITY % 10;
  card->warpSize = 32;
  card->multiProcessorCount = 28;
  card->maxThreadsPerBlock = 1024;
  card->maxThreadsDim[0] = card->maxThreadsDim[1] = 1024;
  card->maxThreadsDim[2] = 64;
  card->maxGridSize[0] = 2147483647;
  card->maxGridSize[1] = card->maxGridSize[2] = 65535;
  card->maxThreadsPerMultiProcessor = 1536;
  card->regsPerBlock = card->regsPerMultiprocessor = 65536;
  card->sharedMemPerBlock = 49152;
  card->sharedMemPerBlockOptin = 101376;
  card->sharedMemPerMultiprocessor = 102400;
  card->unifiedAddressing = 1;
  return DEVICE_ERROR;
}

cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attribute, int device) {
  switch (attribute) {
  case cudaDevAttrComputeCapabilityMajor: *value = CAPABILITY / 10; break;
  case cudaDevAttrComputeCapabilityMinor: *value = CAPABILITY % 10; break;
  case cudaDevAttrMultiProcessorCount: *value = 28; break;
  case cudaDevAttrWarpSize: *value = 32; break;
  case cudaDevAttrMaxThreadsPerBlock: *value = 1024; break;
  case cudaDevAttrMaxSharedMemoryPerBlock: *value = 49152; break;
  case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = 101376; break;
  case cudaDevAttrMaxSharedMemoryPerMultiprocessor: *value = 102400; break;
  default: *value = 1;
  }
  return DEVICE_ERROR;
}

cudaError_t cudaDriverGetVersion(int *version) { return *version = CUDART_VERSION, 0; }
cudaError_t cudaRuntimeGetVersion(int *version) { return *version = CUDART_VERSION, 0; }
const char *cudaGetErrorName(cudaError_t error) {
  switch (error) {
  case cudaErrorInsufficientDriver: return "cudaErrorInsufficientDriver";
  case cudaErrorNoDevice: return "cudaErrorNoDevice";
  case cudaErrorNoKernelImageForDevice: return "cudaErrorNoKernelImageForDevice";
  default: return "cudaErrorUnknown";
  }
}
const char *cudaGetErrorString(cudaError_t error) { return "said by a runtime that is none"; }

/* Zeros, so that what was never computed is a number. */
static cudaError_t allocate(void **memory, size_t bytes) {
  if (posix_memalign(memory, 256, bytes ? bytes : 1)) return cudaErrorMemoryAllocation;
  memset(*memory, 0, bytes);
  return cudaSuccess;
}
cudaError_t cudaMalloc(void **memory, size_t bytes) { return allocate(memory, bytes); }
cudaError_t cudaMallocHost(void **memory, size_t bytes) { return allocate(memory, bytes); }
cudaError_t cudaHostAlloc(void **memory, size_t bytes, unsigned flags) { return allocate(memory, bytes); }
cudaError_t cudaMallocFromPoolAsync(void **memory, size_t bytes, cudaMemPool_t pool, cudaStream_t stream) {
  return allocate(memory, bytes);
}
cudaError_t cudaFree(void *memory) { return free(memory), 0; }
cudaError_t cudaFreeHost(void *memory) { return free(memory), 0; }
cudaError_t cudaFreeAsync(void *memory, cudaStream_t stream) { return free(memory), 0; }
cudaError_t cudaMemGetInfo(size_t *available, size_t *total) {
  *available = *total = MEMORY;
  return 0;
}
cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind) {
  return memcpy(to, from, bytes), 0;
}
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, cudaStream_t stream) {
  return memcpy(to, from, bytes), 0;
}
cudaError_t cudaMemset(void *to, int value, size_t bytes) { return memset(to, value, bytes), 0; }
cudaError_t cudaMemsetAsync(void *to, int value, size_t bytes, cudaStream_t stream) {
  return memset(to, value, bytes), 0;
}
cudaError_t cudaPointerGetAttributes(struct cudaPointerAttributes *of, const void *memory) {
  memset(of, 0, sizeof *of);
  of->type = cudaMemoryTypeDevice;
  return 0;
}

cudaError_t cudaStreamCreate(cudaStream_t *stream) { return *stream = (cudaStream_t)handle, 0; }
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags) { return cudaStreamCreate(stream); }
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, enum cudaStreamCaptureStatus *status) {
  return *status = cudaStreamCaptureStatusNone, 0;
}
cudaError_t cudaEventCreate(cudaEvent_t *event) { return *event = (cudaEvent_t)handle, 0; }
cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags) { return cudaEventCreate(event); }
cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t from, cudaEvent_t to) { return *ms = 1, 0; }
cudaError_t cudaMemPoolCreate(cudaMemPool_t *pool, const struct cudaMemPoolProps *of) {
  return *pool = (cudaMemPool_t)handle, 0;
}

cudaError_t cudaFuncGetAttributes(struct cudaFuncAttributes *of, const void *kernel) {
  memset(of, 0, sizeof *of);
  of->maxThreadsPerBlock = 1024;
  of->binaryVersion = of->ptxVersion = CAPABILITY;
  return KERNEL_ERROR;
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, const void *kernel, int threads,
                                                                   size_t shared, unsigned flags) {
  *blocks = 2;
  return KERNEL_ERROR;
}
cudaError_t cudaGetLastError(void) { return KERNEL_ERROR; }
void **__cudaRegisterFatBinary(void *binary) { return (void **)handle; }
unsigned __cudaPushCallConfiguration(struct grid blocks, struct grid threads, size_t shared, void *stream) { return 0; }
cudaError_t __cudaPopCallConfiguration(struct grid *blocks, struct grid *threads, size_t *shared, void *stream) {
  return 0;
}
