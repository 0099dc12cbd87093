// Ops of our own for TensorFlow, registered through its C interface so that they run on any version
// of it, and the addon that registers them.
#include <node_api.h>

#include <cstdlib>

#include "recurrence.h"
#include "tensorflow-c.h"

namespace {

/// As many threads as TensorFlow has for one op.
int threadsOfOneOp() {
  const char* text = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int number = text == nullptr ? 0 : std::atoi(text);
  return number > 0 ? number : int(std::thread::hardware_concurrency());
}

/// A running op's tensors; they are given back when it ends.
class Op {
 public:
  explicit Op(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Op() {
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    TF_DeleteStatus(status_);
  }

  TF_Tensor* input(int index) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, index, &tensor, status_);
    if (tensor != nullptr) tensors_.push_back(tensor);
    return tensor;
  }

  /// Null where it cannot be had; the op has then failed.
  float* output(int index, std::vector<int64_t> shape) {
    size_t bytes = sizeof(float);
    for (int64_t size : shape) bytes *= size;
    TF_Tensor* tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), shape.size(),
                                          bytes, status_);
    if (tensor == nullptr) return nullptr;
    tensors_.push_back(tensor);
    return static_cast<float*>(TF_TensorData(tensor));
  }

  void fail(const char* message) { TF_SetStatus(status_, TF_INVALID_ARGUMENT, message); }
  bool failed() const { return TF_GetCode(status_) != TF_OK; }

 private:
  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> tensors_;
};

const float* data(TF_Tensor* tensor) { return static_cast<const float*>(TF_TensorData(tensor)); }

struct Attributes {
  bool hard;       // hard sigmoids at the gates
  bool keepGates;  // forwards: the way back will be asked for
  bool byGate;     // backwards: dz is [4, batch, time, units]
};

void* create(TF_OpKernelConstruction* construction) {
  TF_Status* status = TF_NewStatus();
  // An attribute that an op does not have is false.
  const auto attribute = [&](const char* name) {
    unsigned char value = 0;
    TF_OpKernelConstruction_GetAttrBool(construction, name, &value, status);
    return value != 0;
  };
  Attributes* attributes =
      new Attributes{attribute("hard"), attribute("keep_gates"), attribute("by_gate")};
  TF_DeleteStatus(status);
  return attributes;
}

void destroy(void* attributes) { delete static_cast<Attributes*>(attributes); }

bool hasShape(TF_Tensor* tensor, std::vector<int64_t> shape) {
  if (TF_NumDims(tensor) != int(shape.size())) return false;
  for (size_t i = 0; i < shape.size(); i++) {
    if (TF_Dim(tensor, i) != shape[i]) return false;
  }
  return true;
}

/// @param projected the shape of x W + b.
Recurrence recurrenceOf(bool hard, const std::vector<int64_t>& projected, TF_Tensor* recurrent,
                        TF_Tensor* hMask, TF_Tensor* seen) {
  Recurrence r;
  r.parts = projected.size() == 4 ? 4 : 1;
  const size_t first = projected.size() - 3;
  r.batch = projected[first];
  r.time = projected[first + 1];
  r.units = projected[first + 2] * r.parts / 4;
  r.hard = hard;
  r.recurrent = data(recurrent);
  // An empty one stands for none.
  r.masks = hasShape(hMask, {0}) ? 0 : TF_NumDims(hMask) == 3 ? TF_Dim(hMask, 0) : -1;
  r.hMask = data(hMask);
  r.seen = hasShape(seen, {0}) ? nullptr : data(seen);
  return r;
}

/// Whether what both ops are given fits together; a wrong size would read beyond a tensor.
bool fits(const Recurrence& r, TF_Tensor* recurrent, TF_Tensor* hMask, TF_Tensor* seen) {
  return hasShape(recurrent, {r.units, 4 * r.units}) &&
         (r.masks == 0 || ((r.masks == 1 || r.masks == 4) &&
                           hasShape(hMask, {r.masks, r.batch, r.units}))) &&
         (r.seen == nullptr || hasShape(seen, {r.batch, r.time}));
}

std::vector<int64_t> shapeOf(TF_Tensor* tensor) {
  std::vector<int64_t> shape(TF_NumDims(tensor));
  for (size_t i = 0; i < shape.size(); i++) shape[i] = TF_Dim(tensor, i);
  return shape;
}

void computeForward(void* kernel, TF_OpKernelContext* context) {
  const Attributes& attributes = *static_cast<Attributes*>(kernel);
  Op op(context);
  TF_Tensor* inputs[6];
  for (int i = 0; i < 6; i++) inputs[i] = op.input(i);
  if (op.failed()) return;
  auto [projected, recurrent, h0, c0, hMask, seen] = inputs;
  const std::vector<int64_t> shape = shapeOf(projected);
  if (!(shape.size() == 3 && shape[2] % 4 == 0) && !(shape.size() == 4 && shape[0] == 4)) {
    return op.fail("projected must be [batch, time, 4 units] or [4, batch, time, units].");
  }
  const Recurrence r = recurrenceOf(attributes.hard, shape, recurrent, hMask, seen);
  if (!fits(r, recurrent, hMask, seen) || !hasShape(h0, {r.batch, r.units}) ||
      !hasShape(c0, {r.batch, r.units})) {
    return op.fail("The shapes of the inputs of LazyaheadLSTM do not fit together.");
  }
  float* h = op.output(0, {r.batch, r.time + 1, r.units});
  float* c = op.output(1, {r.batch, r.time + 1, r.units});
  float* gates = attributes.keepGates ? op.output(2, {r.batch, r.time, 4, r.units})
                                      : op.output(2, {0});
  if (op.failed()) return;
  for (int b = 0; b < r.batch; b++) {
    const size_t bytes = r.units * sizeof(float), to = size_t(b) * (r.time + 1) * r.units;
    std::memcpy(h + to, data(h0) + size_t(b) * r.units, bytes);
    std::memcpy(c + to, data(c0) + size_t(b) * r.units, bytes);
  }
  forward(r, data(projected), h, c, attributes.keepGates ? gates : nullptr, threadsOfOneOp());
}

void computeBackward(void* kernel, TF_OpKernelContext* context) {
  const Attributes& attributes = *static_cast<Attributes*>(kernel);
  Op op(context);
  TF_Tensor* inputs[7];
  for (int i = 0; i < 7; i++) inputs[i] = op.input(i);
  if (op.failed()) return;
  auto [recurrent, c, gates, dh, dcLast, hMask, seen] = inputs;
  if (TF_NumDims(gates) != 4 || TF_Dim(gates, 2) != 4) {
    return op.fail("gates must be [batch, time, 4, units].");
  }
  const int64_t batch = TF_Dim(gates, 0), time = TF_Dim(gates, 1), units = TF_Dim(gates, 3);
  const std::vector<int64_t> shape = attributes.byGate
                                         ? std::vector<int64_t>{4, batch, time, units}
                                         : std::vector<int64_t>{batch, time, 4 * units};
  const Recurrence r = recurrenceOf(attributes.hard, shape, recurrent, hMask, seen);
  const bool everyStep = TF_NumDims(dh) == 3;
  const bool dhFits = everyStep ? hasShape(dh, {batch, time, units}) : hasShape(dh, {batch, units});
  if (!fits(r, recurrent, hMask, seen) || !hasShape(c, {batch, time + 1, units}) || !dhFits ||
      !hasShape(dcLast, {batch, units})) {
    return op.fail("The shapes of the inputs of LazyaheadLSTMGrad do not fit together.");
  }
  float* dz = op.output(0, shape);
  float* dhFirst = op.output(1, {batch, units});
  float* dcFirst = op.output(2, {batch, units});
  if (op.failed()) return;
  backward(r, data(c), data(gates), data(dh), everyStep, data(dcLast), dz, dhFirst, dcFirst,
           threadsOfOneOp());
}

void shapeIsUnknown(TF_ShapeInferenceContext* context, TF_Status* status) {
  for (int i = 0; i < 3; i++) TF_ShapeInferenceContextSetUnknownShape(context, status);
}

typedef void (*Compute)(void*, TF_OpKernelContext*);

bool registerOp(const char* name, std::vector<const char*> inputs, std::vector<const char*> outputs,
                std::vector<const char*> attributes, Compute compute) {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(name);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(op, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(op, output);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(op, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, shapeIsUnknown);
  TF_RegisterOpDefinition(op, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", create, compute, destroy),
                             status);
  }
  const bool registered = TF_GetCode(status) == TF_OK;
  TF_DeleteStatus(status);
  return registered;
}

/// Registers the ops, once a process; false where they cannot run.
bool registerAll() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return false;
#endif
  return registerOp("LazyaheadLSTM",
                    {"projected: float", "recurrent: float", "h0: float", "c0: float",
                     "h_mask: float", "seen: float"},
                    {"h: float", "c: float", "gates: float"},
                    {"hard: bool = false", "keep_gates: bool = true"}, computeForward) &&
         registerOp("LazyaheadLSTMGrad",
                    {"recurrent: float", "c: float", "gates: float", "dh: float",
                     "dc_last: float", "h_mask: float", "seen: float"},
                    {"dz: float", "dh0: float", "dc0: float"},
                    {"hard: bool = false", "by_gate: bool = false"}, computeBackward);
}

napi_value initialize(napi_env env, napi_value exports) {
  // A worker thread loads the addon again, into the same process.
  static const bool registered = registerAll();
  napi_value value;
  napi_get_boolean(env, registered, &value);
  napi_set_named_property(env, exports, "registered", value);
  return exports;
}

}  // namespace

NAPI_MODULE(NODE_GYP_MODULE_NAME, initialize)
