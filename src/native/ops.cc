// Ops of our own for TensorFlow, registered through its C interface so that they run on any version
// of it, and the addon that registers them.
#include <node_api.h>

#include "cross-entropy-ops.h"
#include "lstm-ops.h"

namespace {

void shapeIsUnknown(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
}

/// What runs an op; one without attributes needs nothing that lasts.
struct Kernel {
  void (*compute)(void*, TF_OpKernelContext*);
  void* (*create)(TF_OpKernelConstruction*);
  void (*destroy)(void*);
};

bool registerOp(const char* name, std::vector<const char*> inputs, std::vector<const char*> outputs,
                std::vector<const char*> attributes, Kernel kernel) {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(name);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(op, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(op, output);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(op, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, shapeIsUnknown);
  TF_RegisterOpDefinition(op, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_RegisterKernelBuilder(
        name, TF_NewKernelBuilder(name, "CPU", kernel.create, kernel.compute, kernel.destroy),
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
                    {"hard: bool = false", "keep_gates: bool = true"},
                    {computeLSTM, createLSTM, destroyLSTM}) &&
         registerOp("LazyaheadLSTMGrad",
                    {"recurrent: float", "c: float", "gates: float", "dh: float",
                     "dc_last: float", "h_mask: float", "seen: float"},
                    {"dz: float", "dh0: float", "dc0: float"},
                    {"hard: bool = false", "by_gate: bool = false"},
                    {computeLSTMGrad, createLSTM, destroyLSTM}) &&
         registerOp("LazyaheadCrossEntropy", {"logits: float", "labels: int32"},
                    {"loss: float", "sums: float"}, {}, {computeCrossEntropy}) &&
         registerOp("LazyaheadCrossEntropyGrad",
                    {"logits: float", "labels: int32", "sums: float", "d_loss: float"},
                    {"d_logits: float"}, {}, {computeCrossEntropyGrad});
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
